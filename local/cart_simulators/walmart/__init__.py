"""A simulated Walmart Marketplace seller."""
