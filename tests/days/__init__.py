"""Drawn histories of exported days: late events, corrections, closures, crashes, two at once."""
