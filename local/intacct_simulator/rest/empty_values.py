"""What null means for a field that has words of its own: its default again, or nothing (§5)."""

from __future__ import annotations

from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.rest.fields import WORDED, Field
from local.intacct_simulator.rest.object_types import Schema


def is_nullable(schema: Schema, field: Field) -> bool:
    """Tell whether a field may hold nothing."""
    has_word = _default(schema, field) is not None or field.write == "state"
    return not (field.is_required or (field.kind in WORDED and has_word))


def cleared(schema: Schema, field: Field) -> object:
    """Give what a field holds after null; words with a default go back to it.

    Sage's answer to null in such a field is not known, so the lenient one is given.
    """
    return _default(schema, field) if field.kind in WORDED else None


def is_left_alone(field: Field) -> bool:
    """Tell whether null changes nothing: a record has a state, whatever a request leaves empty."""
    return field.kind in WORDED and field.write == "state"


def _default(schema: Schema, field: Field) -> object:
    kind = TYPES.get(schema.table)
    return None if kind is None else kind.defaults.get(field.write)
