"""How officials sign in: password, second factor, office. allauth does it; here are its words, limits and traces."""
