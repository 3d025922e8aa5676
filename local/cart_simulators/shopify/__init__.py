"""Shopify on loopback: the GraphQL Admin API, payouts, and signed webhooks."""
