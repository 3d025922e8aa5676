"""Our memory of postings: what was sent, by whom, what came back, and what may be done next."""
