"""The carts: one folder each, all of one shape, and a registry of them. They know the wire only."""
