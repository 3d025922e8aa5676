"""Seeded days: orders, late events, edits, crashes and plants, each proved; `make proofs`."""
