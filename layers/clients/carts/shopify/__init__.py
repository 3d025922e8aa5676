"""Shopify: webhooks with whole resources, and the GraphQL Admin API (carts reference §4)."""
