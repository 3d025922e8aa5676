"""Polling while orders change: histories drawn by a seed, with the real clients and the engine."""
