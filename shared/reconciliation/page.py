"""A statement as one page that a finance person reads and prints: no scripts, no outside files.

The page is built as elements, so that whatever a cart or Sage put into a text stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, tostring

from shared.reconciliation.differences import Difference
from shared.reconciliation.statement import Statement, Verdict

_STYLE = """
body{font:14px/1.45 system-ui,sans-serif;color:#1a1a1a;max-width:72rem}
body{margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
th{font-weight:600;border-bottom:2px solid #999}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.off{color:#a40000;font-weight:600}.verdict{padding:.6rem 1rem;margin:1rem 0;border-left:5px solid}
.equal{border-color:#1b7f3b;background:#eef8f1}.open{border-color:#b36b00;background:#fdf6ea}
.unread{border-color:#777;background:#f3f3f3}.small{color:#555;font-size:.85rem}
code{font-size:.8rem;word-break:break-all}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
"""
_SENTENCES = {
    Verdict.EQUAL: "Cart equals books, to the cent. Nothing is open.",
    Verdict.OPEN: "Cart and books differ, or something is open. Every item is named below.",
    Verdict.UNREAD: "Sage Intacct was not read: what is said of it is as last known.",
}
Cell = str | Decimal | int


def page(statement: Statement) -> bytes:
    """The statement as one HTML document in UTF-8."""
    html = Element("html", lang="en")
    head = SubElement(html, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "title").text = f"Proof {statement.entity} {statement.on.isoformat()}"
    SubElement(head, "style").text = _STYLE
    body = SubElement(html, "body")
    _title(body, statement)
    _differences(body, statement)
    _stores(body, statement)
    _accounts(body, statement)
    _balances(body, statement)
    _awaited(body, statement)
    _late(body, statement)
    _lists(body, statement)
    _roundings(body, statement)
    _foot(body, statement)
    text: bytes = tostring(html, encoding="utf-8", method="html")
    return b"<!doctype html>\n" + text + b"\n"


def _title(body: Element, statement: Statement) -> None:
    SubElement(body, "h1").text = f"Daily proof, {statement.on:%d %B %Y}"
    told = f"{statement.tenant}, entity {statement.entity}, {statement.currency}"
    SubElement(body, "p", {"class": "small"}).text = told
    verdict = SubElement(body, "p", {"class": f"verdict {statement.verdict.value}"})
    verdict.text = _SENTENCES[statement.verdict]
    for note in statement.notes:
        SubElement(body, "p", {"class": "small"}).text = note


def _differences(body: Element, statement: Statement) -> None:
    rows = [_difference(one, statement) for one in statement.differences]
    headings = ("Store", "Whose", "What", "Cause", "What was found", "Amount", "Since", "Days")
    _table(body, f"What is open ({len(rows)})", headings, rows)
    taken = [(*_difference(one, statement), one.accepted) for one in statement.accepted]
    if taken:
        title = f"What was changed in Sage and taken for right ({len(taken)})"
        _table(body, title, (*headings, "By whom, and why"), taken)


def _difference(one: Difference, statement: Statement) -> tuple[Cell, ...]:
    return (
        one.store,
        one.subject,
        one.what + (f", account {one.account}" if one.account else ""),
        one.cause.value,
        f"{one.text} (by {one.by})" if one.by else one.text,
        one.amount if one.amount is not None else "",
        one.since.isoformat(),
        one.age_days(statement.on),
    )


def _stores(body: Element, statement: Statement) -> None:
    for store in statement.stores:
        waiting = (
            f"; {store.waiting} more wait for a payment or a shipment" if store.waiting else ""
        )
        kinds: list[Sequence[Cell]] = [
            (
                kind.kind,
                kind.wanted,
                kind.wanted_amount,
                kind.posted,
                kind.posted_amount,
                kind.proved,
                kind.proved_amount,
                kind.proved_amount - kind.wanted_amount,
            )
            for kind in store.kinds
        ]
        headings = (
            "Documents", "By the cart", "Amount", "Posted", "Amount", "In Sage", "Amount", "Off",
        )  # fmt: skip
        _table(body, f"Store {store.store}: {store.subjects} orders{waiting}", headings, kinds)
        if store.money:
            money: list[Sequence[Cell]] = [
                (one.account, one.in_cart, one.in_books, one.in_books - one.in_cart)
                for one in store.money
            ]
            _table(
                body,
                f"Store {store.store}: money in and out",
                ("Account", "By the cart", "In the books", "Off"),
                money,
            )


def _accounts(body: Element, statement: Statement) -> None:
    rows: list[Sequence[Cell]] = [
        (one.account, one.expected, one.expected + one.difference, one.difference)
        for one in statement.accounts
    ]
    headings = ("Account", "By our documents", "In Sage's ledger", "Off")
    _table(body, "Ledger of the day", headings, rows)


def _balances(body: Element, statement: Statement) -> None:
    rows: list[Sequence[Cell]] = [
        (
            one.account,
            one.role,
            one.ours,
            one.by_others if one.by_others is not None else "not read",
            one.sage if one.sage is not None else "not read",
            one.difference,
        )
        for one in statement.balances
    ]
    headings = ("Account", "What it is", "By us", "By others", "In Sage", "Off")
    _table(body, "Balances at the end of the day", headings, rows)
    for balance in statement.balances:
        if balance.items:
            items: list[Sequence[Cell]] = [
                (
                    one.store,
                    one.subject,
                    one.since.isoformat(),
                    one.age_days(statement.on),
                    one.amount,
                )
                for one in balance.items
            ]
            if balance.rest:
                items.append(("", "further items", "", "", balance.rest))
            title = f"Open on {balance.account}, {balance.role}"
            _table(body, title, ("Store", "Whose", "Since", "Days", "Amount"), items)


def _awaited(body: Element, statement: Statement) -> None:
    rows: list[Sequence[Cell]] = [
        (
            one.store,
            one.subject,
            one.what,
            one.since.isoformat(),
            one.age_days(statement.on),
            one.amount,
        )
        for one in statement.awaited
    ]
    if rows:
        headings = ("Store", "Whose", "What", "Since", "Days", "Amount")
        _table(body, "Sales and refunds that wait for their payout", headings, rows)


def _late(body: Element, statement: Statement) -> None:
    rows: list[Sequence[Cell]] = [
        (one.store, one.subject, one.what, one.on.isoformat(), one.amount) for one in statement.late
    ]
    if rows:
        _table(
            body,
            "Late: documents of earlier days, in the books since the last proof",
            ("Store", "Whose", "What", "Dated", "Amount"),
            rows,
        )


def _lists(body: Element, statement: Statement) -> None:
    rows: list[Sequence[Cell]] = [
        (
            one.store,
            one.listed,
            one.missing,
            f"not asked: {one.not_asked}" if one.not_asked else "every order of the list",
        )
        for one in statement.lists
    ]
    if rows:
        headings = ("Store", "Listed by the cart", "Missing here", "What was compared")
        _table(body, "The carts' own lists of the day", headings, rows)


def _roundings(body: Element, statement: Statement) -> None:
    rows: list[Sequence[Cell]] = [
        (one.store, one.lines, one.amount, one.largest) for one in statement.roundings
    ]
    if rows:
        headings = ("Store", "Lines", "Sum", "Largest")
        _table(body, "Rounding lines of the seven days to this one (R-9.5)", headings, rows)


def _foot(body: Element, statement: Statement) -> None:
    reading = statement.reading
    if reading is not None:
        SubElement(body, "h2").text = "What reading Sage cost"
        text = (
            f"{reading.transactions} API transactions for this proof; "
            f"{reading.background} of {reading.background_max} background reads "
            f"in {reading.month}; "
            f"{reading.used} of {reading.allowance} transactions in all, "
            f"{reading.forecast} if the month goes on like this."
        )
        SubElement(body, "p").text = text
    foot = SubElement(body, "p", {"class": "small"})
    foot.text = (
        f"Statement {statement.sequence}, made {statement.made_at:%Y-%m-%d %H:%M:%S} UTC. "
        "Before it: "
    )
    SubElement(foot, "code").text = statement.previous or "none"


def _table(
    body: Element, title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    SubElement(body, "h2").text = title
    listed = list(rows)
    if not listed:
        SubElement(body, "p").text = "Nothing."
        return
    grid = SubElement(body, "table")
    top = SubElement(SubElement(grid, "thead"), "tr")
    figures = [
        any(isinstance(row[n], Decimal | int) for row in listed) for n in range(len(headings))
    ]
    for heading, is_figure in zip(headings, figures, strict=True):
        SubElement(top, "th", {"class": "n"} if is_figure else {}).text = heading
    lines = SubElement(grid, "tbody")
    for row in listed:
        line = SubElement(lines, "tr")
        for heading, cell, is_figure in zip(headings, row, figures, strict=True):
            is_off = heading == "Off" and bool(cell)
            style = " ".join(filter(None, ("n" * is_figure, "off" * is_off)))
            SubElement(line, "td", {"class": style} if style else {}).text = _text(cell)


def _text(cell: Cell) -> str:
    """Amounts to their last digit that says something, and two decimals at least."""
    if not isinstance(cell, Decimal):
        return str(cell)
    told = f"{cell:,f}"
    whole, _, part = told.partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"
