"""Undoing an order: reverse all that was posted of it, so that every balance is where it was."""
