"""What is known of each order: merged from whatever deliveries came, in whatever order."""
