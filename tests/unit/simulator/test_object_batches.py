"""A batch tells the outcome of each row."""

from __future__ import annotations

from tests.unit.simulator.object_paths import CUSTOMER
from tests.unit.simulator.rest_desk import Rest

ATOMIC = {"X-IA-API-Param-Transaction": "true"}


def test_a_batch_with_a_bad_row_tells_each_outcome(rest: Rest) -> None:
    rows = [{"id": "C-1", "name": "Ada"}, {"id": "C-1", "name": "Eve"}, {"id": "C-2", "name": "G"}]

    answer = rest.send("POST", f"/objects/{CUSTOMER}", rows, expect=207).json()

    assert [row["ia::status"] for row in answer["ia::result"]] == [201, 409, 201]
    assert "ia::error" in answer["ia::result"][1]
    assert answer["ia::meta"] == {"totalCount": 3, "totalSuccess": 2, "totalError": 1}
    assert len(rest.query(CUSTOMER, ["key"])) == 2


def test_an_atomic_batch_keeps_nothing_when_one_row_fails(rest: Rest) -> None:
    rows = [{"id": "C-1", "name": "Ada"}, {"id": "C-1", "name": "Eve"}]
    rest.headers = dict(ATOMIC)

    answer = rest.send("POST", f"/objects/{CUSTOMER}", rows).json()

    assert [row["ia::error"]["code"] for row in answer["ia::result"]] == [
        "unprocessed",
        "operationFailed",
    ]
    assert answer["ia::meta"]["totalSuccess"] == 0
    assert rest.query(CUSTOMER, ["key"]) == []


def test_a_batch_without_failures_answers_like_its_rows(rest: Rest) -> None:
    rows = [{"id": f"C-{number}", "name": "Ada"} for number in range(3)]

    made = rest.send("POST", f"/objects/{CUSTOMER}", rows, expect=201).json()
    seen = rest.send("GET", f"/objects/{CUSTOMER}/1,2,3", expect=200).json()
    rest.send("DELETE", f"/objects/{CUSTOMER}/1,2", expect=204)

    assert [row["id"] for row in made["ia::result"]] == ["C-0", "C-1", "C-2"]
    assert [row["name"] for row in seen["ia::result"]] == ["Ada"] * 3
    assert len(rest.query(CUSTOMER, ["key"])) == 1


def test_a_batch_has_at_most_500_rows(rest: Rest) -> None:
    rest.send("POST", f"/objects/{CUSTOMER}", [{"id": "x", "name": "x"}] * 501, expect=400)


def test_rows_of_a_patch_batch_carry_their_keys(rest: Rest) -> None:
    rest.customer("C-1")
    rest.customer("C-2")

    rest.send(
        "PATCH",
        f"/objects/{CUSTOMER}",
        [{"key": "1", "notes": "one"}, {"key": "2", "notes": "two"}],
        expect=200,
    )

    notes = [row["notes"] for row in rest.query(CUSTOMER, ["notes"])]
    assert notes == ["one", "two"]
