"""What Sage owns, carried back to the carts: accounts of buyers, notes and payment of orders."""
