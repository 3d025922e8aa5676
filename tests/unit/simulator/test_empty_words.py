"""Null where a field has words of its own, and values of custom fields (REST reference §5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simulator.object_paths import CUSTOMER, INVOICE, ORDER
from tests.unit.simulator.rest_desk import Rest, document, invoice, item_line

ACCOUNT = "general-ledger/account"


@pytest.fixture
def levelled(rest: Rest) -> Rest:
    """A company whose customers have a custom field."""
    field = {"object": "customer", "name": "LEVEL"}
    rest.http.post("/_sim/seed", json={"custom_fields": [field]})
    return rest


def test_null_brings_a_word_back_to_its_default(rest: Rest) -> None:
    customer = rest.customer(status="inactive", customerRestriction="rootOnly")
    account = rest.create(
        ACCOUNT,
        {
            "id": "7999",
            "name": "Others",
            "accountType": "incomeStatement",
            "normalBalance": "credit",
        },
    )

    rest.patch(CUSTOMER, customer, {"status": None, "customerRestriction": None})
    rest.patch(ACCOUNT, account, {"accountType": None, "normalBalance": None, "closingType": None})

    changed = rest.get(CUSTOMER, customer)
    assert (changed["status"], changed["customerRestriction"]) == ("active", "unrestricted")
    changed = rest.get(ACCOUNT, account)
    words = (changed["accountType"], changed["normalBalance"], changed["closingType"])
    assert words == ("balanceSheet", "debit", "nonClosingAccount")


def test_null_clears_a_word_without_a_default(rest: Rest) -> None:
    key = rest.customer(deliveryOptions="email")

    rest.patch(CUSTOMER, key, {"deliveryOptions": None})

    assert rest.get(CUSTOMER, key)["deliveryOptions"] is None


def test_null_leaves_a_state_as_it_is(rest: Rest) -> None:
    rest.customer()
    order = rest.create(ORDER, document([item_line("TEE", "1", "25.00")]))
    draft = rest.create(INVOICE, invoice(state="draft"))

    rest.patch(ORDER, order, {"state": None, "memo": "x"})
    rest.patch(INVOICE, draft, {"state": None, "description": "x"})

    assert rest.get(ORDER, order)["state"] == "pending"
    assert rest.get(INVOICE, draft)["state"] == "draft"


def test_a_required_word_is_not_cleared(rest: Rest) -> None:
    key = rest.create("inventory-control/item", {"id": "I", "name": "I", "itemType": "inventory"})

    answer = rest.send(
        "PATCH", f"/objects/inventory-control/item/{key}", {"itemType": None}, expect=400
    )

    details = answer.json()["ia::result"]["ia::error"]["details"]
    assert [one["target"] for one in details] == ["/itemType"]
    assert rest.get("inventory-control/item", key)["itemType"] == "inventory"


def test_the_model_tells_which_words_may_be_empty(rest: Rest) -> None:
    answer = rest.send("GET", f"/services/core/model?name={CUSTOMER}", expect=200)

    fields = answer.json()["ia::result"]["fields"]
    assert not fields["status"]["nullable"]
    assert fields["deliveryOptions"]["nullable"]


@pytest.mark.parametrize("value", [{"a": 1}, ["gold"], {}, []])
def test_a_custom_field_takes_no_object_and_no_array(levelled: Rest, value: Any) -> None:
    error = levelled.refused(CUSTOMER, {"id": "C", "name": "C", "nsp::LEVEL": value}, 400)

    assert [one["target"] for one in error["details"]] == ["/nsp::LEVEL"]


@pytest.mark.parametrize(
    ("value", "told"), [(5, "5"), (0.25, "0.25"), (True, "true"), ("gold", "gold"), (None, None)]
)
def test_a_custom_field_keeps_its_value_as_text(
    levelled: Rest, value: Any, told: str | None
) -> None:
    levelled.customer("C-0", **{"nsp::LEVEL": "silver"})
    key = levelled.customer("C-1", **{"nsp::LEVEL": value})

    rows = levelled.query(
        CUSTOMER,
        ["key", "nsp::LEVEL"],
        filters=[{"$eq": {"nsp::LEVEL": value if told is None else told}}],
        orderBy=[{"nsp::LEVEL": "asc"}],
    )

    assert rows == [{"key": key, "nsp::LEVEL": told}]
    assert levelled.get(CUSTOMER, key)["nsp::LEVEL"] == told


def test_a_number_of_a_custom_field_is_written_without_an_exponent(levelled: Rest) -> None:
    key = levelled.customer()
    content = b'{"nsp::LEVEL": 1.5E3}'

    answer = levelled.http.patch(
        f"/ia/api/v1/objects/{CUSTOMER}/{key}",
        content=content,
        headers={"Authorization": f"Bearer {levelled.token}", "Content-Type": "application/json"},
    )

    assert answer.status_code == 200
    assert Decimal(levelled.get(CUSTOMER, key)["nsp::LEVEL"]) == 1500
    assert "E" not in levelled.get(CUSTOMER, key)["nsp::LEVEL"]
