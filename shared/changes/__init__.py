"""What people and other programs do in Sage: noticed, and told to those who act on it."""
