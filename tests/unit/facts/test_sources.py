"""The documents that an order's facts were made of: each once, in their order, never too many."""

from __future__ import annotations

from shared.facts.sources import MOST_KEPT, noted


def test_a_document_is_named_once_where_it_first_changed_something() -> None:
    assert noted(("a", "b"), ("c", "a")) == ("a", "b", "c")


def test_of_too_many_documents_the_newest_are_kept() -> None:
    known: tuple[str, ...] = ()
    for number in range(MOST_KEPT + 5):
        known = noted(known, (str(number),))

    assert len(known) == MOST_KEPT
    assert (known[0], known[-1]) == ("5", str(MOST_KEPT + 4))
