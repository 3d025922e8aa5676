"""What carts say, in one language: the commerce model that every cart adapter returns.

Standard library only. Adapters (`carts`) produce it, the accounting side (`shared`) consumes it,
and neither side needs to know the other. Source: carts reference, section 3.
"""
