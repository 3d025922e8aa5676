"""What the gateway calls objects and fields, and where the books keep them."""
