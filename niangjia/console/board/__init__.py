"""The board: figures of an office, each with its list."""
