"""Officers: who holds which post of the unions of an office, and whose term is over."""
