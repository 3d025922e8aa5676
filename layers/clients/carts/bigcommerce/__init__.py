"""BigCommerce: deliveries signed as Standard Webhooks (carts reference §11)."""
