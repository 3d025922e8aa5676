"""The arithmetic of write units, since a benchmark that miscounts is worse than none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks.write_units import WriteUnits, item_bytes, units_of

_SMALL = {"pk": {"S": "a"}, "sk": {"S": "b"}}
_DUE = {**_SMALL, "due_shard": {"S": "3"}, "due_at": {"N": "1700000000"}}


def _of_bytes(size: int) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "x" * (size - 2)}}


@pytest.mark.parametrize(
    ("size", "units"), [(10, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3), (10_000, 10)]
)
def test_every_begun_kilobyte_is_a_unit(size: int, units: int) -> None:
    assert units_of({}, _of_bytes(size), in_transaction=False) == WriteUnits(table=units)


def test_the_larger_of_both_versions_is_paid() -> None:
    assert units_of(_of_bytes(3000), _SMALL, in_transaction=False).table == 3


def test_a_transaction_doubles_the_table_but_not_the_index() -> None:
    assert units_of({}, _DUE, in_transaction=True) == WriteUnits(table=2, index=1)


def test_a_write_that_changes_nothing_is_paid_once() -> None:
    assert units_of({}, {}, in_transaction=False) == WriteUnits(table=1)


def test_an_entry_that_moves_in_the_index_is_taken_out_and_put_in() -> None:
    moved = {**_DUE, "due_at": {"N": "1700000060"}}

    units = units_of(_DUE, moved, in_transaction=False)

    assert units == WriteUnits(table=1, index=2)


def test_an_entry_that_leaves_the_index_is_one_unit_and_one_that_stays_is_none() -> None:
    assert units_of(_DUE, _SMALL, in_transaction=False).index == 1
    assert units_of(_DUE, {**_DUE, "state": {"S": "x"}}, in_transaction=False).index == 0


def test_a_posting_is_put_into_the_index_of_documents_once() -> None:
    made = {**_SMALL, "doc_no": {"S": "1001-INV-ABCDEFGH"}, "st": {"S": "SENT"}}

    assert units_of({}, made, in_transaction=False).index == 1
    assert units_of(made, {**made, "st": {"S": "DONE"}}, in_transaction=False).index == 0


def test_sizes_follow_the_published_rules() -> None:
    item: dict[str, dict[str, Any]] = {
        "é": {"S": "é"},  # two bytes of name, two of value
        "n": {"N": "-12.50"},  # one of name; 1.25e1: two bytes, one more, a sign
        "t": {"BOOL": True},  # one and one
        "b": {"B": b"12345"},  # one and five
        "l": {"L": [{"S": "ab"}, {"NULL": True}]},  # one; three, two and one, two entries
        "m": {"M": {"k": {"S": "v"}}},  # one; three, one and one, one entry
        "s": {"SS": ["ab", "c"]},  # one and three
    }

    assert item_bytes(item) == 4 + 5 + 2 + 6 + 9 + 7 + 4


def test_binary_in_a_request_is_counted_without_its_base64() -> None:
    assert item_bytes({"b": {"B": "MTIzNDU="}}) == item_bytes({"b": {"B": b"12345"}})
