"""Who is master of what, and what the connector may therefore write, and where."""
