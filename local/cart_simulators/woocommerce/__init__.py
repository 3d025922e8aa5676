"""WooCommerce on loopback: orders and refunds over REST v3, and signed webhooks."""
