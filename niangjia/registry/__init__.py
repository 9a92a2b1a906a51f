"""Who is who: regions, organisations and their orders, employers, persons and their merges, spells and postings."""
