"""eBay on loopback: orders by offset, finances, tokens, and notifications signed with ECDSA."""
