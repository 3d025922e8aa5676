"""The page and the tables of a statement: figures as they are, and no text but text."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.page import page
from shared.reconciliation.statement import KindDay, Statement, StoreDay, Verdict
from shared.reconciliation.tables import HEADINGS, table

ON = date(2026, 3, 2)
EVIL = "<script>alert(1)</script>&\"'"


def statement(text: str) -> Statement:
    kind = KindDay("invoice", 2, Decimal("139.90"), 2, Decimal("139.90"), 2, Decimal("139.91"))
    return Statement(
        tenant="acme",
        entity="100",
        currency="USD",
        on=ON,
        made_at=datetime(2026, 3, 3, 8, tzinfo=UTC),
        verdict=Verdict.OPEN,
        stores=(StoreDay("shop", 2, (kind,)),),
        differences=(
            Difference("shop", "order 1", Cause.HELD, "x", text, ON, Decimal("1234.5"), "USD"),
        ),
    )


def test_text_of_others_stays_text_on_the_page() -> None:
    body = page(statement(EVIL)).decode()

    assert "<script" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in body


def test_the_page_stands_alone() -> None:
    body = page(statement("fine")).decode()

    assert body.startswith("<!doctype html>")
    assert "http" not in body
    assert "src=" not in body


def test_figures_have_two_decimals_and_what_is_off_is_marked() -> None:
    body = page(statement("fine")).decode()
    tree = ET.fromstring(body.split("\n", 1)[1].replace('<meta charset="utf-8">', ""))  # noqa: S314

    cells = {(cell.get("class"), cell.text) for cell in tree.iter("td")}
    assert ("n", "1,234.50") in cells
    assert ("n", "139.90") in cells
    assert ("n off", "0.01") in cells


def test_the_table_has_a_row_for_each_figure_and_each_difference() -> None:
    rows = list(csv.DictReader(io.StringIO(table(statement("fine")).decode())))

    assert tuple(rows[0]) == HEADINGS
    assert [row["section"] for row in rows] == ["proof", "documents", "differences"]
    assert rows[1]["cart"] == "139.90"
    assert rows[1]["difference"] == "0.01"


def test_a_spreadsheet_takes_no_text_for_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1"):
        rows = list(csv.DictReader(io.StringIO(table(statement(text)).decode(), newline="")))
        assert rows[-1]["text"] == f"'{text}"
