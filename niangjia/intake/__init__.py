"""Rosters in: upload, mapping, trial run, commit, repair workbook and undo."""
