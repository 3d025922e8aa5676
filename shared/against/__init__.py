"""An order's documents beside Sage: is what the ledger says there, and as it was sent?"""
