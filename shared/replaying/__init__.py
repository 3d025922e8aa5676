"""Rebuilding from the archive: an order's facts as they came, and a day's journal from them."""
