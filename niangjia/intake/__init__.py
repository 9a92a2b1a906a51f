"""Lists in, of members and others: upload, mapping, trial run, commit, repair workbook and undo."""
