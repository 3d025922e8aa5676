"""API2Cart on loopback: envelopes, cursors, quotas, and the odd shapes of the carts behind it."""
