"""Walmart on loopback: orders per ship node, returns, reconciliation reports, tokens."""
