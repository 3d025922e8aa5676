"""Field tables of the REST objects, as data: `path | source | kind | flags` on each line.

`path` is the REST name with dots. `source` is where the books keep it: a field, `a.b` through
references, `=name` a derived field, `@name` a reader's, `'text'` a constant, `-` nothing, and
`read>write` when the two differ. Kinds: text, amount, quantity, rate, number, integer, date,
datetime, boolean, country, enum(a,b), words (a list), ref(app/object). Flags: required, ro
(read-only), fixed (not mutable), max=N (the longest text).
"""
