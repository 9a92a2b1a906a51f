"""The demo: a made-up city with its unions, officials and a few workers."""
