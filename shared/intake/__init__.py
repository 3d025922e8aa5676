"""Deliveries of carts: proved, archived, queued, answered; and nothing else before the answer."""
