"""Who is who: regions, organisations, employers, persons, membership spells and postings."""
