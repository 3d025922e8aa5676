"""Following Sage while it changes: histories drawn by a seed, with our paging and use case."""
