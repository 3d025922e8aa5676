"""The demo of `make run`: a demo shop, its orders, and what must then be true of the books."""
