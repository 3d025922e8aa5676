"""What an event of Sage is about: by the body that an administrator wrote, or by its context."""

from __future__ import annotations

import json
from typing import Any

import pytest

from intacct.events import OBJECTS, RecordEvent, record_event
from intacct.reading import Kept
from intacct.rest.book_reads import _SHAPES as REST_SHAPES
from intacct.xml.book_reads import _SHAPES as XML_SHAPES

CONTEXT = {
    "COMPANY": "acme",
    "ENTITY": "100",
    "USER": "jane",
    "OBJECTNAME": "ARINVOICE",
    "RESTOBJECTNAME": "accounts-receivable/invoice",
    "EVENT": "after_update",
}


def about(body: Any = None, context: Any = None) -> RecordEvent | None:
    return record_event(b"" if body is None else json.dumps(body).encode(), context or {})


@pytest.mark.parametrize("kind", list(Kept))
def test_kinds_have_the_names_that_they_are_read_by(kind: Kept) -> None:
    assert OBJECTS[kind] == (REST_SHAPES[kind].object, XML_SHAPES[kind].object)


@pytest.mark.parametrize("kind", list(Kept))
def test_both_names_of_a_kind_are_understood(kind: Kept) -> None:
    by_rest, by_xml = OBJECTS[kind]

    for context in ({"RESTOBJECTNAME": by_rest}, {"OBJECTNAME": by_xml}):
        assert about(context=context) == RecordEvent(kind)
    assert about({"object": by_rest}) == RecordEvent(kind)


def test_the_body_comes_before_the_context() -> None:
    body = {"object": "inventory-control/item", "event": "after_delete", "user": "joe"}

    assert about(body, CONTEXT) == RecordEvent(Kept.ITEM, "100", "joe", is_deletion=True)
    assert about(None, CONTEXT) == RecordEvent(Kept.AR_INVOICE, "100", "jane")


def test_a_typed_document_is_of_its_kind() -> None:
    assert about({"object": "order-entry/document::Sales Invoice"}) == RecordEvent(
        Kept.SALES_DOCUMENT
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 5000, b'{"object": 5}', b'{"object": "x/y"}'],
)
def test_what_cannot_be_understood_is_about_nothing(body: bytes) -> None:
    assert record_event(body, {}) is None
    assert record_event(body, {"RESTOBJECTNAME": ["x"]}) is None
