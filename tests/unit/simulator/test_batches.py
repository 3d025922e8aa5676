"""Several records in one request: by keys, by workflows, and lists page by page (§7.1, §7.7)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.rest_desk import Rest, invoice

INVOICE = "accounts-receivable/invoice"
REVERSE = f"/workflows/{INVOICE}/reverse"
DAY = "2026-11-20"


@pytest.fixture
def shop(rest: Rest) -> Rest:
    rest.customer()
    for _ in range(2):
        rest.create(INVOICE, invoice())
    return rest


def states(rest: Rest) -> list[str]:
    rows = rest.query(INVOICE, ["state"], orderBy=[{"key": "asc"}])
    return [row["state"] for row in rows]


def test_a_workflow_takes_an_array_and_tells_each_outcome(shop: Rest) -> None:
    rows = [{"key": key, "reversedDate": DAY} for key in ("1", "9", "2")]

    answer = shop.send("POST", REVERSE, rows, expect=207).json()

    assert [row["ia::status"] for row in answer["ia::result"]] == [200, 404, 200]
    assert answer["ia::result"][0]["state"] == "reversed"
    assert answer["ia::meta"] == {"totalCount": 3, "totalSuccess": 2, "totalError": 1}
    assert states(shop)[:2] == ["reversed", "reversed"]


def test_an_atomic_workflow_keeps_nothing_when_one_row_fails(shop: Rest) -> None:
    rows = [{"key": key, "reversedDate": DAY} for key in ("1", "9")]

    shop.send("POST", REVERSE, rows, X_IA_API_Param_Transaction="true", expect=207)

    assert states(shop) == ["posted", "posted"]


def test_a_list_goes_on_where_its_last_page_says(rest: Rest) -> None:
    for number in range(3):
        rest.customer(f"C-{number}")
    path = "/objects/accounts-receivable/customer"

    first = rest.send("GET", f"{path}?size=2", expect=200).json()
    second = rest.send("GET", f"{path}?start={first['ia::meta']['next']}&size=2", expect=200).json()

    assert [row["id"] for row in first["ia::result"] + second["ia::result"]] == [
        "C-0",
        "C-1",
        "C-2",
    ]
    assert first["ia::meta"]["totalCount"] == 3
    assert second["ia::meta"]["next"] is None
    for wrong in ("start=0", "size=x", "size=4001", f"start={'9' * 5000}"):
        rest.send("GET", f"{path}?{wrong}", expect=400)


@pytest.mark.parametrize("rows", [[], [{"key": "1", "reversedDate": DAY}] * 501, ["1"], [[]]])
def test_a_workflow_of_no_or_too_many_or_shapeless_rows_is_refused(
    shop: Rest, rows: list[object]
) -> None:
    shop.send("POST", REVERSE, rows, expect=400)

    assert states(shop) == ["posted", "posted"]


@pytest.mark.parametrize("key", ["9" * 5000, "²", "1.0", "-1"])
def test_what_no_record_can_have_for_a_key_is_a_404(shop: Rest, key: str) -> None:
    shop.send("GET", f"/objects/{INVOICE}/{key}", expect=404)
    shop.send("POST", REVERSE, {"key": key, "reversedDate": DAY}, expect=404)


def test_a_record_of_another_entity_is_not_acted_upon(rest: Rest) -> None:
    rest.entity = "100"
    rest.customer()
    key = rest.create(INVOICE, invoice())
    rest.entity = "200"

    rest.send("POST", REVERSE, {"key": key, "reversedDate": DAY}, expect=404)


def test_one_payload_does_not_change_several_records(shop: Rest) -> None:
    shop.send("PATCH", f"/objects/{INVOICE}/1,2", {"description": "both"}, expect=400)

    assert [row["description"] for row in shop.query(INVOICE, ["description"])] == [None, None]
