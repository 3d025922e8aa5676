"""Customers of orders in the books: their deterministic ids, and finding or creating them."""
