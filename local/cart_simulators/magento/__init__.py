"""Magento on loopback: orders and what follows them over REST, by search criteria."""
