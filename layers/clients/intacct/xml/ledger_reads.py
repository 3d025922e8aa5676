"""What is in the general ledger: its lines one by one, and its balances per account (§13.6).

GLDETAIL is the posted lines of all modules. It has no safe stamp of change and is large: it is
always asked for by date and book, and its rows are never held in memory (§11.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from intacct.errors import NotSentError, RejectedError
from intacct.reading import AccountBalance, LedgerLine
from intacct.xml.elements import Element, add, element
from intacct.xml.envelope import Function
from intacct.xml.gateway import XmlGateway
from intacct.xml.paging import check_whole
from intacct.xml.queries import PAGE_SIZE_MAX, Condition, Filter, Query, all_of, equal
from intacct.xml.user_format import UserFormat

DETAIL = "GLDETAIL"
ACCRUAL = "ACCRUAL"
FIELDS = (
    "ENTRY_DATE",
    "ACCOUNTNO",
    "TR_TYPE",
    "AMOUNT",
    "TRX_AMOUNT",
    "CURRENCY",
    "MODULEKEY",
    "BATCH_NO",
    "RECORDKEY",
    "DESCRIPTION",
)
_US = UserFormat()


def stream_detail(
    gateway: XmlGateway,
    start_on: date,
    end_on: date,
    *,
    entity: str = "",
    book: str = ACCRUAL,
    fields: tuple[str, ...] = FIELDS,
    also: Filter | None = None,
    user_format: UserFormat = _US,
) -> Iterator[dict[str, str]]:
    """The posted lines of a range of days in the order of record numbers, as they arrive.

    Raises:
        IntacctError: as `XmlGateway.stream`, after the rows that came before.
    """
    condition = _range(start_on, end_on, book, also, user_format)
    query = Query(DETAIL, fields, condition)
    after = ""
    while True:
        function = Function("read", query.page(after=after, size=PAGE_SIZE_MAX))
        count = 0
        for row in gateway.stream(function, entity=entity):
            count += 1
            after = row.get(query.key, "")
            if not after:
                message = "a row of the ledger has no record number"
                raise NotSentError(message)
            yield row
        if count < PAGE_SIZE_MAX:
            return


def ledger_lines(
    gateway: XmlGateway,
    start_on: date,
    end_on: date,
    *,
    account: str = "",
    entity: str = "",
    book: str = ACCRUAL,
    user_format: UserFormat = _US,
) -> Iterator[LedgerLine]:
    """The posted lines of a range of days, typed, in the order of record numbers, as they arrive.

    With `account`, only those on it.

    Raises:
        RejectedError: a date or an amount cannot be read.
        IntacctError: as `stream_detail`.
    """
    also = equal("ACCOUNTNO", account) if account else None
    found = stream_detail(
        gateway, start_on, end_on, entity=entity, book=book, also=also, user_format=user_format
    )
    for row in found:
        yield _line(row, user_format)


def _line(row: dict[str, str], user_format: UserFormat) -> LedgerLine:
    posted_on = user_format.day(row.get("ENTRY_DATE", ""))
    side = row.get("TR_TYPE", "")
    if posted_on is None or side not in ("1", "-1"):
        message = "a posted line has no date or no side that can be read"
        raise RejectedError(message)
    return LedgerLine(
        key=row["RECORDNO"],
        posted_on=posted_on,
        account=row.get("ACCOUNTNO", ""),
        amount=int(side) * abs(_amount(row.get("AMOUNT", ""))),
        transaction_amount=int(side) * abs(_amount(row.get("TRX_AMOUNT", ""))),
        currency=row.get("CURRENCY", ""),
        module=row.get("MODULEKEY", ""),
        batch=row.get("BATCH_NO", ""),
        memo=row.get("DESCRIPTION", ""),
        record=row.get("RECORDKEY", ""),
    )


def trial_balance(
    gateway: XmlGateway,
    start_on: date,
    end_on: date,
    *,
    entity: str = "",
    book: str = ACCRUAL,
    user_format: UserFormat = _US,
) -> Iterator[AccountBalance]:
    """Debits and credits per account of a range of days, summed by Sage, in order of accounts.

    The balance of an account on a day is the range from the company's first day to it.

    Raises:
        RejectedError: an amount is not a number.
        IntacctError: as `XmlGateway.execute_one`; reading again is always safe.
    """
    condition = _range(start_on, end_on, book, None, user_format)
    offset = 0
    while True:
        function = Function("read", _balances(condition, offset))
        page = gateway.execute_one(function, entity=entity, is_write=False)
        check_whole(page)
        for row in page.rows:
            yield AccountBalance(
                account=(row.findtext("ACCOUNTNO") or "").strip(),
                debit=_summed(row, "DEBITAMOUNT"),
                credit=_summed(row, "CREDITAMOUNT"),
            )
        offset += len(page.rows)
        if not page.rows or not page.count("numremaining"):
            return


def _range(
    start_on: date, end_on: date, book: str, also: Filter | None, user_format: UserFormat
) -> Filter:
    days = (user_format.date_text(start_on), user_format.date_text(end_on))
    parts: list[Filter] = [Condition("between", "ENTRY_DATE", days), equal("BOOKID", book)]
    return all_of(*parts, *([also] if also else []))


def _balances(condition: Filter, offset: int) -> Element:
    """A query that groups by account; groups have no record number, so they are paged by offset.

    Accounts are unique among groups: the order is total, and no row is lost between pages (§9.5).
    """
    function = element("query")
    select = add(function, "select")
    add(select, "field", "ACCOUNTNO")
    add(select, "sum", "DEBITAMOUNT")
    add(select, "sum", "CREDITAMOUNT")
    add(function, "object", DETAIL)
    add(function, "filter").append(condition.to_element())
    order = add(add(function, "orderby"), "order")
    add(order, "field", "ACCOUNTNO")
    add(order, "ascending")
    add(function, "pagesize", str(PAGE_SIZE_MAX))
    add(function, "offset", str(offset))
    return function


def _summed(row: Element, field: str) -> Decimal:
    """A sum comes as `SUM.x` or, in one sample of the documentation, under the plain name."""
    return _amount(row.findtext(f"SUM.{field}") or row.findtext(field) or "")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.strip() or "0")
    except InvalidOperation:
        message = "an amount of the ledger is not a number"
        raise RejectedError(message) from None
