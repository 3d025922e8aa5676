"""Bringing back what was parked and what was lost on the way."""
