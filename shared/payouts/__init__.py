"""Payouts: read from carts, proved, kept, and booked as entries that equal the deposit."""
