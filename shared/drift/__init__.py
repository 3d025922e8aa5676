"""Documents of ours that somebody changed in Sage: found, shown, and decided upon by a person."""
