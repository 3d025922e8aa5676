"""What our XML costs beside lxml's own floor: building an order, parsing a hundred rows.

    python -m tests.benchmarks.xml_floor

Prints two ratios, measured in one run by turns, so that a busy machine slows both sides alike. The
floor is lxml alone: `SubElement` and `tostring` for the same document, `fromstring` and a walk over
every field for the same answer.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from commerce.money import Money
from intacct.documents import Dimensions, SalesDocument, SalesLine
from intacct.xml.envelope import (
    Function,
    SenderCredentials,
    SessionId,
    build_request,
    parse_response,
)
from intacct.xml.queries import record
from intacct.xml.sales_documents import create_sales_document

BUILD_RATIO_MAX = 4.0
PARSE_RATIO_MAX = 1.3
LINES = 5
ROWS = 100
FIELDS = 20
_ROUNDS = 40
_REPEATS = 25

_SENDER = SenderCredentials("sender", "sender-secret")
_SESSION = SessionId("session-id..")
_LINE = SalesLine(
    item="WEB-GOODS",
    quantity=Decimal(2),
    unit="Each",
    unit_price=Money.of("25.00", "USD"),
    dimensions=Dimensions(location="100", department="WEB"),
    memo="Organic tee, blue, size M",
)
_ORDER = SalesDocument(
    definition="Sales Order",
    reference="1001-SO-ABCDEFGH",
    customer="SHOP-1001",
    dated_on=date(2026, 11, 20),
    due_on=date(2026, 12, 20),
    currency="USD",
    lines=(_LINE,) * LINES,
    customer_po="WEB-5001",
    memo="Web order 5001",
    term="Net 30",
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Best times of both sides in microseconds, and how much more ours is."""

    name: str
    ours_us: float
    floor_us: float
    ratio_max: float

    @property
    def ratio(self) -> float:
        """Our time over the floor's."""
        return self.ours_us / self.floor_us

    def __str__(self) -> str:
        """One line for the report."""
        verdict = "ok" if self.ratio <= self.ratio_max else "MISSED"
        return (
            f"{self.name:<32}{self.ours_us:>10.1f} us{self.floor_us:>10.1f} us"
            f"{self.ratio:>8.2f}x  (at most {self.ratio_max}x: {verdict})"
        )


def build_an_order() -> bytes:
    """An order from our document to the bytes of a request."""
    function = Function("order-1001", create_sales_document(_ORDER, base_currency="USD"))
    return build_request(
        [function], sender=_SENDER, authentication=_SESSION, control_id="r-1", unique_id=True
    )


def rebuilder(content: bytes) -> Callable[[], bytes]:
    """The floor of building: the same elements and texts, by lxml alone, from a flat script."""
    script: list[tuple[int, str, str | None, dict[str, str]]] = []
    places: dict[etree._Element, int] = {}
    root = etree.fromstring(content)
    for node in root.iter():
        parent = node.getparent()
        places[node] = len(script)
        attributes = {str(name): str(value) for name, value in node.attrib.items()}
        place = -1 if parent is None else places[parent]
        script.append((place, str(node.tag), node.text, attributes))

    def rebuild() -> bytes:
        made: list[etree._Element] = []
        for place, tag, text, attributes in script:
            if place < 0:
                node = etree.Element(tag)
            elif attributes:
                node = etree.SubElement(made[place], tag, attributes)
            else:
                node = etree.SubElement(made[place], tag)
            if text:
                node.text = text
            made.append(node)
        return etree.tostring(made[0], xml_declaration=True, encoding="UTF-8")

    return rebuild


def answer_of_rows() -> bytes:
    """An answer to `query` with a hundred rows of twenty fields."""
    fields = "".join(
        f"<FIELD_{number}>value {number} of it</FIELD_{number}>" for number in range(FIELDS)
    )
    rows = f"<CUSTOMER>{fields}</CUSTOMER>" * ROWS
    return (
        "<?xml version='1.0' encoding='UTF-8'?><response><control><status>success</status>"
        "<senderid>s</senderid><controlid>c</controlid></control><operation><authentication>"
        "<status>success</status><userid>u</userid><companyid>acme</companyid>"
        "<sessiontimeout>2026-01-15T10:00:00+00:00</sessiontimeout></authentication><result>"
        "<status>success</status><function>query</function><controlid>q</controlid>"
        f'<data listtype="CUSTOMER" count="{ROWS}" numremaining="0">{rows}</data></result>'
        "</operation></response>"
    ).encode()


def parse_rows(content: bytes) -> list[dict[str, str]]:
    """The rows as callers see them, guards and all."""
    (result,) = parse_response(content).results
    return [record(row) for row in result.rows]


def parse_rows_bare(content: bytes) -> list[dict[str, str]]:
    """The floor of parsing: the same rows by lxml alone, without a guard."""
    data = etree.fromstring(content).find("operation/result/data")
    assert data is not None
    return [{field.tag: (field.text or "") for field in row} for row in data]


def measured(
    name: str, ours: Callable[[], object], floor: Callable[[], object], ratio_max: float
) -> Ratio:
    """The best round of each side, taken by turns."""
    best = [float("inf"), float("inf")]
    gc.disable()
    try:
        for _ in range(_ROUNDS):
            for side, work in enumerate((ours, floor)):
                started = time.process_time_ns()
                for _ in range(_REPEATS):
                    work()
                best[side] = min(best[side], (time.process_time_ns() - started) / _REPEATS)
    finally:
        gc.enable()
    return Ratio(name, best[0] / 1000, best[1] / 1000, ratio_max)


def ratios() -> list[Ratio]:
    """Both comparisons; each side is checked to give the same first."""
    order, answer = build_an_order(), answer_of_rows()
    rebuild = rebuilder(order)
    assert rebuild() == order  # otherwise the two are not comparable
    assert parse_rows(answer) == parse_rows_bare(answer)  # as above
    return [
        measured(f"build an order of {LINES} lines", build_an_order, rebuild, BUILD_RATIO_MAX),
        measured(
            f"parse an answer of {ROWS} rows",
            lambda: parse_rows(answer),
            lambda: parse_rows_bare(answer),
            PARSE_RATIO_MAX,
        ),
    ]


def main() -> None:
    """Print the ratios."""
    lines = [f"{'':<32}{'ours':>13}{'lxml alone':>13}", *map(str, ratios())]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
