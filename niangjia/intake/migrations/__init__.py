"""Migrations of roster intake."""
