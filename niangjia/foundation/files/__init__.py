"""Files: encrypted as they come in, a key for each, gone when their term is over."""
