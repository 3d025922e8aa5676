"""Reads of many pages: what is asked for, and where they end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from intacct.errors import RejectedError
from intacct.watermarks import Reading, Watermark
from intacct.xml.changed_rows import changed_rows
from intacct.xml.elements import text_at
from intacct.xml.ledger_reads import stream_detail, trial_balance
from intacct.xml.queries import Query
from intacct.xml.reads import XmlReads
from intacct.xml.user_format import UserFormat
from tests.unit.intacct.xml.answers import answered, done
from tests.unit.intacct.xml.scripted import Rig

START, END = date(2026, 1, 1), date(2026, 1, 31)


def page(name: str, keys: range, **attributes: str) -> bytes:
    rows = "".join(f"<{name}><RECORDNO>{key}</RECORDNO></{name}>" for key in keys)
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    data = f'<data listtype="{name}" count="{len(keys)}"{told}>{rows}</data>'
    return answered(done("read", data=data, function="query"))


def balances(*rows: tuple[str, str, str], left: int = 0) -> bytes:
    texts = "".join(
        f"<GLDETAIL><ACCOUNTNO>{account}</ACCOUNTNO><SUM.DEBITAMOUNT>{debit}</SUM.DEBITAMOUNT>"
        f"<CREDITAMOUNT>{credit}</CREDITAMOUNT></GLDETAIL>"
        for account, debit, credit in rows
    )
    data = f'<data listtype="GLDETAIL" count="{len(rows)}" numremaining="{left}">{texts}</data>'
    return answered(done("read", data=data, function="query"))


def test_following_pages_are_asked_for_by_the_results_own_id() -> None:
    rig = Rig(
        page("customer", range(1, 3), numremaining="1", resultId="7001"),
        page("customer", range(3, 4), numremaining="0", resultId="7001"),
    )

    rows = list(XmlReads(rig.gateway).by_statement("CUSTOMER", "STATUS = 'T'"))

    assert [text_at(row, "RECORDNO") for row in rows] == ["1", "2", "3"]
    assert rig.sent(0, ".//readByQuery/query") == "STATUS = 'T'"
    assert rig.sent(1, ".//readMore/resultId") == "7001"
    assert rig.sent(1, ".//readMore/object") is None


def test_more_rows_of_an_unnamed_result_are_not_guessed() -> None:
    rig = Rig(page("customer", range(1, 3), numremaining="1"))

    with pytest.raises(RejectedError, match="which result"):
        list(XmlReads(rig.gateway).by_statement("CUSTOMER"))


def test_an_answer_without_what_was_asked_for_is_no_model() -> None:
    rig = Rig(answered(done("read", data="<data/>", function="lookup")))

    with pytest.raises(RejectedError):
        XmlReads(rig.gateway).model("CUSTOMER")


def test_the_ledgers_lines_are_paged_by_key_until_a_page_is_not_full() -> None:
    rig = Rig(page("GLDETAIL", range(1, 2001)), page("GLDETAIL", range(2001, 2004)))

    keys = [row["RECORDNO"] for row in stream_detail(rig.gateway, START, END)]

    assert keys == [str(number) for number in range(1, 2004)]
    conditions = etree.fromstring(rig.requests[1].content).find(".//filter/and")
    assert conditions is not None
    assert [(node.tag, node.findtext("field")) for node in conditions.iter() if len(node)][1:] == [
        ("and", None),
        ("between", "ENTRY_DATE"),
        ("equalto", "BOOKID"),
        ("greaterthan", "RECORDNO"),
    ]
    assert conditions.findtext("greaterthan/value") == "2000"
    assert rig.sent(0, ".//between/value") == "01/01/2026"


def test_a_sum_is_read_under_both_of_its_names() -> None:
    rig = Rig(
        balances(("1100", "75.50", "10.00"), left=1),
        balances(("4000", "", "65.50")),
    )

    found = list(trial_balance(rig.gateway, START, END))

    assert [(each.account, each.net) for each in found] == [
        ("1100", Decimal("65.50")),
        ("4000", Decimal("-65.50")),
    ]
    assert [rig.sent(index, ".//query/offset") for index in (0, 1)] == ["0", "1"]


def test_a_sum_that_is_no_number_is_no_balance() -> None:
    with pytest.raises(RejectedError):
        list(trial_balance(Rig(balances(("1100", "many", "0"))).gateway, START, END))


def modified(*stamps: str) -> bytes:
    rows = "".join(
        f"<CUSTOMER><RECORDNO>{number}</RECORDNO><WHENMODIFIED>{stamp}</WHENMODIFIED></CUSTOMER>"
        for number, stamp in enumerate(stamps, start=1)
    )
    data = f'<data listtype="CUSTOMER" count="{len(stamps)}" numremaining="0">{rows}</data>'
    return answered(done("read", data=data, function="query"))


def test_changes_are_asked_for_and_read_in_the_users_own_zone() -> None:
    pacific = UserFormat(offset=timedelta(hours=-8))
    reached = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
    reading = Reading(Watermark(reached), started_at=reached + timedelta(hours=1))
    rig = Rig(modified("01/15/2026 02:30:00"))

    rows = list(changed_rows(rig.gateway, Query("CUSTOMER", ()), reading, user_format=pacific))

    assert len(rows) == 1
    assert rig.sent(0, ".//greaterthanorequalto/value") == "01/15/2026 01:50:00"
    assert reading.watermark.reached_at == datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


def test_a_row_without_a_stamp_is_not_passed_over_in_silence() -> None:
    reading = Reading(Watermark(), started_at=datetime(2026, 1, 15, tzinfo=UTC))
    rig = Rig(modified(""))

    with pytest.raises(RejectedError, match="modification time"):
        list(changed_rows(rig.gateway, Query("CUSTOMER", ()), reading, user_format=UserFormat()))
