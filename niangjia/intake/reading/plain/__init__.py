"""A plain workbook read as a stream: one strict grammar of what spreadsheet programs write, and all else left to the slow reader."""
