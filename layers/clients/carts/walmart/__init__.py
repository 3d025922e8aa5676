"""Walmart Marketplace (US): deliveries, orders and refunds (carts reference §9)."""
