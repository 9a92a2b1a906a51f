"""Numbers of people, organisations and phones: made even and checked a whole column at a time."""
