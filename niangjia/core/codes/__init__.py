"""Code tables and administrative divisions, each with its standard and its dates."""
