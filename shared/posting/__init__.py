"""Posting an order: plan from its facts and what is in the books, and apply what is missing."""
