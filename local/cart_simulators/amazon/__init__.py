"""Amazon's Selling Partner API on loopback: orders, finances, tokens, and messages of a queue."""
