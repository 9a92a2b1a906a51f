"""The clerk's desk for people with two records: the queue, one pair side by side, merging and taking apart."""
