"""What articles cost: kept from the cart's products or a file, and told by the order's own day."""
