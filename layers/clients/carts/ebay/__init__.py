"""eBay: signed notifications, orders and refunds of the Fulfillment API (carts reference §8)."""
