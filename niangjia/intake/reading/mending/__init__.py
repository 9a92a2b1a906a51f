"""A workbook given back as it was: its sheet edited as text while it streams by, and nothing else touched."""
