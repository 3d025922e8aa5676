"""What a finance team decides: switches and mappings, as plain data (accounting reference §18)."""
