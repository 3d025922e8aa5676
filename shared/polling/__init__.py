"""Polling of carts: what a webhook did not tell, window by window, never past a failure."""
