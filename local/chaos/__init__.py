"""Live chaos: orders flow while the parts of the local stack are killed; the books come right."""
