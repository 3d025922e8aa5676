"""Amazon Selling Partner API: notifications from a queue, and orders (carts reference §7)."""
