"""The worker's site: pages for a phone on a weak network."""
