"""The officials' desk: pages for the people who run the union."""
