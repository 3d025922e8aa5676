"""From facts to the documents that should exist in the books: the planner and what it speaks of."""
