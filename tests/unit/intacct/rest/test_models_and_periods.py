"""Models, periods and the audit history: what is made of Sage's answers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from intacct.errors import RejectedError
from intacct.rest.deletions import audited, keys
from intacct.rest.models import model, probe
from intacct.rest.periods import periods
from tests.unit.intacct.rest.support import Server, client, envelope, page, refusal


def period(key: str, start: str | None, end: str | None, **more: Any) -> dict[str, Any]:
    return {"key": key, "id": f"P-{key}", "startDate": start, "endDate": end, **more}


def test_periods_without_dates_are_left_out_and_the_shortest_come_first() -> None:
    rows = [
        period("1", "2026-01-01", "2026-12-31", status="active"),
        period("2", None, None),
        period("3", "2026-11-01", "2026-11-30", status="inactive"),
    ]
    found = periods(client(Server(page(rows))))
    assert [one.key for one in found] == ["3", "1"]
    assert [one.is_active for one in found] == [False, True]
    assert found[0].holds(date(2026, 11, 30))
    assert not found[0].holds(date(2026, 12, 1))


def test_a_period_whose_date_cannot_be_read_is_an_error_and_no_guess() -> None:
    with pytest.raises(RejectedError, match="cannot be read"):
        periods(client(Server(page([period("1", "01/01/2026", "12/31/2026")]))))


def test_keys_are_asked_for_in_the_largest_pages_and_nothing_else() -> None:
    server = Server(page([{"key": "1"}, {"key": "2"}]))
    assert list(keys(client(server), "inventory-control/item")) == ["1", "2"]
    (body,) = server.bodies()
    assert (body["fields"], body["size"]) == (["key"], 4000)
    assert body["filterParameters"]["includePrivate"] is True


def test_the_audit_history_is_asked_for_every_word_that_may_mean_a_deletion() -> None:
    row = {
        "key": "a-1",
        "changeDetails.objectName": "inventory-control/item",
        "changeDetails.objectId": "TEE",
        "changeSource.accessDateTime": "2026-11-20T12:00:00Z",
        "changeSource.completedBy": "Admin",
        "changeSource.actionPerformed": "delete",
    }
    server = Server(page([row]))
    since = datetime(2026, 11, 20, tzinfo=UTC)

    (told,) = audited(client(server), "inventory-control/item", since)

    assert (told.identifier, told.deleted_by) == ("TEE", "Admin")
    assert server.bodies()[0]["filters"] == [
        {"$eq": {"changeDetails.objectName": "inventory-control/item"}},
        {"$in": {"changeSource.actionPerformed": ["delete", "deleted"]}},
        {"$gte": {"changeSource.accessDateTime": "2026-11-20T00:00:00Z"}},
    ]


def test_fields_in_groups_have_dotted_names_and_references_their_objects() -> None:
    described = {
        "fields": {"id": {"type": "string", "mutable": False}, "nsp::B": {}, "nsp::A": {}},
        "groups": {"sales": {"fields": {"basePrice": {"type": "string", "readOnly": True}}}},
        "refs": {"term": {"apiObject": "accounts-receivable/term"}},
        "lists": {"lines": {}},
        "httpMethods": "OPTIONS, GET,POST",
        "idempotenceSupported": True,
    }
    server = Server(envelope(described))

    found = model(client(server), "inventory-control/item")

    assert server.requests[0].url.params["name"] == "inventory-control/item"
    assert found.custom_fields == ("A", "B")
    assert found.fields["sales.basePrice"].is_read_only
    assert found.fields["term"].target == "accounts-receivable/term"
    assert found.verbs == {"OPTIONS", "GET", "POST"}
    assert found.lacks(["lines", "term.id", "sales.basePrice", "sales.cost"]) == ("sales.cost",)


def test_a_model_that_says_nothing_offers_nothing() -> None:
    found = model(client(Server(envelope(None))), "x/y")
    assert (dict(found.fields), found.verbs, found.takes_idempotency_keys) == (
        {},
        frozenset(),
        False,
    )


def test_what_a_company_lacks_of_what_we_write_is_found_before_anything_is_written() -> None:
    item: dict[str, Any] = {"fields": {"id": {"type": "string"}}, "idempotenceSupported": True}
    bare: dict[str, Any] = {"fields": {"id": {"type": "string"}}}
    missing = refusal(404, code="notFound", error_id="REST-1028")
    hidden = refusal(403, code="unauthorizedUser", error_id="")
    server = Server(envelope(item), envelope(bare), missing, hidden)
    needs = {"a/item": ["id", "nsp::LOYALTY"], "a/bare": ["id"], "a/none": ["id"], "a/own": []}

    found = probe(client(server), needs)

    assert [(one.code, one.target) for one in found] == [
        ("FIELD_MISSING", "a/item/nsp::LOYALTY"),
        ("NO_IDEMPOTENCY", "a/bare"),
        ("OBJECT_MISSING", "a/none"),
        ("OBJECT_HIDDEN", "a/own"),
    ]
    assert {request.method for request in server.requests} == {"GET"}
