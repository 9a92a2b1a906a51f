"""Keys: a service that hands them out, and the file ring that serves one machine."""
