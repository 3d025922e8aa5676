"""Polling while orders and products change: histories drawn by a seed, with the real clients."""
