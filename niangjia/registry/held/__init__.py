"""Rows of a roster that were held: kept sealed, put before a clerk beside whom they may be about, and carried out."""
