"""API2Cart, the unified layer over other carts: deliveries, orders, refunds (reference §10)."""
