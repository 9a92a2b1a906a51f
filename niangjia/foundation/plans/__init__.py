"""Plans of bulk work: a trial run, then chunks that a kill cannot double or lose, then a result for each row, and undo."""
