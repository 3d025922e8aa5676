"""What bundles are made of: kept from the cart's products, told by the order's own day."""
