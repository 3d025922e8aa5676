"""Tokens and sessions that the whole fleet shares: one lease, one renewal, nobody in between.

The protocol is reliability §4; the values are sealed under KMS and never logged.
"""
