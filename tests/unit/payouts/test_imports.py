"""Files of payouts: read in any layout, every finding told at once, no number bent."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from commerce.money import Money
from commerce.payouts import FeeKind, PayoutLineKind, PayoutStatus, payout_breaches
from shared.payouts.imports import (
    COLUMNS,
    OPTIONAL,
    Format,
    Layout,
    UnreadableFileError,
    payouts_of,
    rows_of,
)
from shared.payouts.records import content_of

FILE = """payout_id,payout_amount,currency,sent_at,line_id,kind,amount,fee,order_id
T-1,159.34,USD,2026-03-05,1,charge,69.95,2.33,A
T-1,159.34,USD,2026-03-05,2,charge,120.00,3.78,B
T-1,159.34,USD,2026-03-05,3,refund,-24.50,,A
T-2,10.00,USD,2026-03-06T10:00:00-05:00,4,charge,10.00,0,C
"""


def findings(text: str) -> list[str]:
    _, lacking = payouts_of(rows_of(text, Format.CSV), "shop", Layout())
    return [finding.place for finding in lacking]


def test_rows_become_payouts_that_add_up() -> None:
    payouts, lacking = payouts_of(rows_of(FILE, Format.CSV), "shop", Layout())

    first, second = payouts
    assert lacking == []
    assert (first.ref.id, first.ref.store, first.status) == ("T-1", "shop", PayoutStatus.PAID)
    assert (first.amount, first.fees) == (Money.of("159.34", "USD"), Money.of("6.11", "USD"))
    assert first.initiated_at == datetime(2026, 3, 5, tzinfo=UTC)
    assert second.initiated_at == datetime(2026, 3, 6, 15, tzinfo=UTC)
    assert [line.order_id for line in first.lines] == ["A", "B", "A"]
    assert [payout_breaches(payout) for payout in payouts] == [[], []]


def test_json_says_the_same_as_csv_and_its_numbers_are_not_bent() -> None:
    rows = rows_of(FILE, Format.CSV)
    text = json.dumps(rows).replace('"69.95"', "69.95").replace('"4"', "4").replace('""', "null")

    assert rows_of(text, Format.JSON) == rows
    (exact,) = rows_of('[{"amount": 0.10000000000000000001}]', Format.JSON)
    assert exact["amount"] == "0.10000000000000000001"


def test_a_file_in_its_own_words_is_read_by_a_layout() -> None:
    theirs = FILE.replace("payout_id", "Transfer", 1).replace("charge", "Payment")
    layout = Layout({"payout_id": "Transfer"}, {"Payment": PayoutLineKind.CHARGE})

    payouts, lacking = payouts_of(rows_of(theirs, Format.CSV), "shop", layout)

    assert lacking == []
    assert payouts[0].lines[0].kind is PayoutLineKind.CHARGE
    assert payouts[0].lines[0].type_name == "Payment"
    assert payouts[0].lines[0].fee_kind is FeeKind.PROCESSING


def test_a_word_that_nobody_knows_waits_for_an_account_of_its_own() -> None:
    payouts, _ = payouts_of(rows_of(FILE.replace("refund", "Levy"), Format.CSV), "shop", Layout())

    odd = payouts[0].lines[2]
    assert (odd.kind, odd.type_name) == (PayoutLineKind.ADJUSTMENT, "Levy")
    assert odd.is_recognized is False


def test_everything_that_is_wrong_is_told_at_once() -> None:
    bad = (
        FILE.replace("69.95,2.33", "6g.95,2.33")
        .replace("-24.50,", "-24.505,")
        .replace("T-1,159.34,USD,2026-03-05,2", "T-1,159.35,USD,2026-03-05,2")
        .replace("2026-03-06T10:00:00-05:00", "2026-03-06T10:00:00")
    )

    assert findings(bad) == [
        "row 2 payout_amount",
        "row 1 amount",
        "row 3 amount",
        "row 4 sent_at",
    ]


def test_two_currencies_in_one_payout_are_told() -> None:
    mixed = FILE.replace("T-1,159.34,USD,2026-03-05,3", "T-1,159.34,EUR,2026-03-05,3")

    assert findings(mixed) == ["row 3 currency"]


def test_missing_columns_are_all_named() -> None:
    assert findings("payout_id,amount\nT-1,1.00\n") == [
        "column payout_amount",
        "column currency",
        "column sent_at",
        "column line_id",
        "column kind",
    ]


def test_empty_cells_and_unknown_states_are_told() -> None:
    header = ",".join(COLUMNS)
    row = "T-1,1.00,USD,2026-03-05,,,1.00,sent,,,,,,,gift,"
    empty = "," * (len(COLUMNS) - 1)

    assert findings(f"{header}\n{row}\n{empty}\n") == [
        "row 2 payout_id",
        "row 1 status",
        "row 1 kind",
        "row 1 line_id",
        "row 1 fee_kind",
    ]
    assert "fee_kind" in OPTIONAL


@pytest.mark.parametrize(
    ("text", "written_in"),
    [
        ("{}", Format.JSON),
        ("[1]", Format.JSON),
        ("nothing", Format.JSON),
        ("a,b\n1\n", Format.CSV),
        ("a,b\n1,2,3\n", Format.CSV),
        ('a,b\n"1,2\n', Format.CSV),
    ],
)
def test_what_is_not_of_its_format_is_refused(text: str, written_in: Format) -> None:
    with pytest.raises(UnreadableFileError):
        rows_of(text, written_in)


@pytest.mark.parametrize(
    ("text", "written_in"),
    [("payout_id\n", Format.CSV), ("", Format.CSV), ("\n\n", Format.CSV), ("[]", Format.JSON)],
)
def test_a_file_without_rows_is_told(text: str, written_in: Format) -> None:
    _, lacking = payouts_of(rows_of(text, written_in), "shop", Layout())

    assert [finding.place for finding in lacking] == ["file"]


@pytest.mark.parametrize(
    "written",
    [
        "69,95",
        "1 069.95",
        "69.95-",
        "(69.95)",
        "6_9.95",
        "6.995e1",
        "NaN",
        "\u0666\u0669",
        "69.950",
    ],
)
def test_an_amount_is_taken_as_it_is_written_or_not_at_all(written: str) -> None:
    places = findings(FILE.replace(",69.95,", f',"{written}",'))

    assert places == ([] if written == "69.950" else ["row 1 amount"])


@pytest.mark.parametrize("written", ["1,234.50", "1.234,50"])
def test_separated_thousands_are_told_with_row_and_column(written: str) -> None:
    assert findings(FILE.replace(",10.00,U", f',"{written}",U')) == ["row 4 payout_amount"]


def test_a_negative_zero_is_nothing_so_that_a_second_import_tells_no_news() -> None:
    (first, *_), _ = payouts_of(rows_of(FILE, Format.CSV), "shop", Layout())
    negative = FILE.replace("-24.50,,A", "-24.50,-0.00,A")

    (again, *_), lacking = payouts_of(rows_of(negative, Format.CSV), "shop", Layout())

    assert lacking == []
    assert content_of(again) == content_of(first)


def test_a_net_that_is_none_of_its_row_is_told_there_with_the_difference() -> None:
    header, *rows = FILE.splitlines()
    nets = ["67.62", "116.21", "-24.50", "10.00"]
    text = "\n".join([f"{header},net", *(f"{r},{n}" for r, n in zip(rows, nets, strict=True))])

    _, (finding,) = payouts_of(rows_of(text, Format.CSV), "shop", Layout())

    assert (finding.place, finding.difference) == ("row 2 net", Money.of("-0.01", "USD"))


def test_a_line_that_is_told_twice_is_found_with_both_rows() -> None:
    twice = FILE.replace("2026-03-05,2,charge", "2026-03-05,1,charge")

    _, (finding,) = payouts_of(rows_of(twice, Format.CSV), "shop", Layout())

    assert finding.place == "row 2 line_id"
    assert "row 1 is '1' already" in finding.message


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_recognised_and_told_with_what_is_missing(delimiter: str) -> None:
    text = FILE.replace(",", delimiter)

    assert findings(text)[0] == "file"
    payouts, lacking = payouts_of(rows_of(text, Format.CSV, delimiter=delimiter), "shop", Layout())
    assert (len(payouts), lacking) == (2, [])


def test_what_is_no_currency_is_told_once() -> None:
    assert findings(FILE.replace("USD", "usd")) == ["row 1 currency", "row 4 currency"]


def test_money_does_not_arrive_before_it_is_sent() -> None:
    header, *rows = FILE.splitlines()
    text = "\n".join([f"{header},arrived_at", *(f"{row},2026-03-01" for row in rows)])

    assert findings(text) == ["row 1 arrived_at", "row 4 arrived_at"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("line_id", "amount", 1), "'amount'"),
        (FILE.replace(",,A", ",,A,x").replace("0,C", "0"), "3, 4"),
    ],
)
def test_a_broken_table_names_everything_that_is_broken(text: str, told: str) -> None:
    with pytest.raises(UnreadableFileError, match=told):
        rows_of(text, Format.CSV)


def test_headings_may_have_blanks_around_them() -> None:
    assert findings(FILE.replace("payout_amount", " payout_amount ", 1)) == []
