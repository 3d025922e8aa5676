"""What is made in an entity is its own; an unknown one is refused."""

from __future__ import annotations

from tests.unit.simulator.object_paths import CUSTOMER, INVOICE
from tests.unit.simulator.rest_desk import Rest, at, invoice


def test_what_is_made_in_an_entity_is_private_to_it(rest: Rest) -> None:
    rest.customer("SHARED")
    rest.entity = "200"
    rest.customer("GERMAN")
    german = rest.query(CUSTOMER, ["id", "entity.id"])
    rest.entity = "100"
    american = rest.query(CUSTOMER, ["id"])
    rest.entity = ""
    top = rest.query(CUSTOMER, ["id"])
    everything = rest.query(CUSTOMER, ["id"], filterParameters={"includePrivate": True})

    assert german == [
        {"id": "SHARED", "entity.id": None},
        {"id": "GERMAN", "entity.id": "200"},
    ]
    assert american == [{"id": "SHARED"}]
    assert top == [{"id": "SHARED"}]
    assert [row["id"] for row in everything] == ["SHARED", "GERMAN"]


def test_documents_made_at_the_top_are_seen_in_the_entity_of_their_lines(rest: Rest) -> None:
    rest.customer()
    american, german = invoice("10.00"), invoice("20.00")
    german["lines"][0]["dimensions"] = at("200")
    rest.create(INVOICE, american)
    rest.create(INVOICE, german)

    seen = {}
    for entity in ("", "100", "200"):
        rest.entity = entity
        seen[entity] = [row["totalTxnAmount"] for row in rest.query(INVOICE, ["totalTxnAmount"])]

    assert seen == {"": ["10.00", "20.00"], "100": ["10.00"], "200": ["20.00"]}


def test_a_wrong_name_of_the_entity_header_looks_like_success(rest: Rest) -> None:
    rest.headers = {"Sage-Param-Entity": "200"}

    key = rest.customer()

    assert rest.get(CUSTOMER, key)["entity"]["id"] is None


def test_an_unknown_entity_is_refused(rest: Rest) -> None:
    rest.entity = "999"

    assert rest.send("GET", f"/objects/{CUSTOMER}").status_code == 403
