"""The whole installation: settings, root addresses, processes, and which event wakes which feature."""
