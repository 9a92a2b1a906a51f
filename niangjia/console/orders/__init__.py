"""Reorganisation orders at the desk: the list, one order with its lines and preview, and its steps."""
