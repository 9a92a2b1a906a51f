"""Rows that whom they are about can mend: asked by a link to the phone in the row, answered there, and back before the clerk."""
