"""Carts on loopback: stand-ins of the endpoints that we call, and the webhooks that they send."""
