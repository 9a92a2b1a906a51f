"""One person with two records: pairs are found, decided by a clerk, merged, and taken apart again."""
