"""The terminal: commands for the person who runs the installation."""
