"""The read family, changes, deletions and the ledger, from the simulator's books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from intacct.changes import DeleteSalesDocument, UpdateMaster
from intacct.deletions import compare
from intacct.documents import Customer
from intacct.errors import RejectedError
from intacct.watermarks import Reading, Watermark
from intacct.xml.changed_rows import changed_rows
from intacct.xml.deletions import audited, keys
from intacct.xml.elements import text_at
from intacct.xml.ledger_reads import stream_detail, trial_balance
from intacct.xml.queries import Query, equal
from intacct.xml.reads import XmlReads, quoted
from intacct.xml.records import XmlRecords
from intacct.xml.user_format import UserFormat
from tests.contract.test_xml_actions import (
    ADVANCE,
    CREDIT_MEMO,
    CUSTOMER,
    INVOICE,
    JOURNAL,
    ORDER,
    TODAY,
    invoice_of,
    post,
)
from tests.contract.xml_rig import XmlRig

GMT = UserFormat()
CUSTOMERS = Query("CUSTOMER", ("CUSTOMERID",))


@pytest.fixture
def rig() -> XmlRig:
    rig = XmlRig()
    rig.company.clock.set(rig.company.clock.now().replace(year=2026, month=11, day=22))
    post(rig, CUSTOMER, "customer")
    return rig


@pytest.fixture
def reads(rig: XmlRig) -> XmlReads:
    return XmlReads(rig.gateway)


def now(rig: XmlRig) -> datetime:
    return rig.company.clock.now()


def pass_time(rig: XmlRig, minutes: int) -> None:
    rig.company.clock.set(now(rig) + timedelta(minutes=minutes))


def customers(rig: XmlRig, *ids: str) -> None:
    for each in ids:
        post(rig, Customer(each, f"Name of {each}"), f"make-{each}")


def test_a_statement_is_read_page_by_page_of_one_result(rig: XmlRig, reads: XmlReads) -> None:
    customers(rig, *(f"C-{number}" for number in range(1, 8)))

    rows = reads.by_statement("CUSTOMER", "STATUS = 'T'", fields=("CUSTOMERID",), page_size=3)
    first = next(rows)
    customers(rig, "C-LATE")

    ids = [text_at(row, "CUSTOMERID") for row in (first, *rows)]
    assert sorted(ids) == ["C-1", "C-1001", *(f"C-{number}" for number in range(2, 8))]


def test_a_text_with_a_quote_is_found_by_a_statement(rig: XmlRig, reads: XmlReads) -> None:
    post(rig, Customer("C-2", "O'Neil \\ Sons"), "quoted")

    name = quoted("O'Neil \\ Sons")
    found = reads.by_statement("CUSTOMER", f"NAME = {name}")

    assert [text_at(row, "CUSTOMERID") for row in found] == ["C-2"]


def test_a_wrong_statement_is_refused(reads: XmlReads) -> None:
    with pytest.raises(RejectedError):
        list(reads.by_statement("CUSTOMER", "NAME ="))


def test_records_are_read_by_key_with_their_lines(rig: XmlRig, reads: XmlReads) -> None:
    order = post(rig, ORDER, "order")

    (by_key,) = reads.by_keys("SODOCUMENT", [order.key])
    (by_name,) = reads.by_names("SODOCUMENT", [order.id], definition="Sales Order")

    assert text_at(by_key, "DOCID") == text_at(by_name, "DOCID") == order.id
    assert len(by_key.findall("SODOCUMENTENTRIES/sodocumententry")) == 3


def test_a_key_that_is_not_there_is_a_row_fewer(rig: XmlRig, reads: XmlReads) -> None:
    key = XmlRecords(rig.gateway).find(CUSTOMER)[0].result.key

    rows = reads.by_keys("CUSTOMER", ["999999", key], fields=("RECORDNO",))

    assert [text_at(row, "RECORDNO") for row in rows] == [key]
    assert reads.by_names("CUSTOMER", ["NOBODY"]) == []


def test_more_keys_than_one_read_takes_are_read_in_parts(rig: XmlRig, reads: XmlReads) -> None:
    ids = [f"C-{number}" for number in range(1, 151)]
    rig.actions().create_many([Customer(each, "N") for each in ids], ids)

    rows = reads.by_names("CUSTOMER", ids, fields=("CUSTOMERID",))

    assert [text_at(row, "CUSTOMERID") for row in rows] == ids


def test_an_object_tells_its_fields_and_where_they_lead(reads: XmlReads) -> None:
    model = reads.model("CUSTOMER")

    assert model.name == "CUSTOMER"
    assert model.fields["RECORDNO"].data_type == "INTEGER"
    assert "active" in model.fields["STATUS"].valid_values
    assert any(each.path == "DISPLAYCONTACT" for each in model.relationships)
    assert "CUSTOMERID" in reads.field_details("CUSTOMER")
    assert {"CUSTOMER", "GLBATCH"} <= set(reads.object_names())


def test_an_object_that_is_not_there_is_refused(reads: XmlReads) -> None:
    with pytest.raises(RejectedError):
        reads.model("NOTHING")


def test_the_company_tells_its_dimensions(reads: XmlReads) -> None:
    found = {each.name: each for each in reads.dimensions()}

    assert found["LOCATION"].is_in_ledger
    assert not found["LOCATION"].is_user_defined


def test_a_user_tells_what_it_may_do_and_how_it_writes_dates(rig: XmlRig, reads: XmlReads) -> None:
    user = rig.user.user_id

    assert reads.user_format(user) == GMT
    rights = {each.policy: each.rights for each in reads.permissions(user)}
    assert "List" in rights["CUSTOMER"]


def test_a_record_tells_its_history(rig: XmlRig, reads: XmlReads) -> None:
    order = post(rig, ORDER, "order")

    trail = reads.audit_trail("SODOCUMENT", order.key)

    assert [text_at(row, "accessMode") for row in trail] == ["create"]


def changed_ids(rig: XmlRig, mark: Watermark) -> tuple[list[str], Watermark]:
    reading = Reading(mark, started_at=now(rig))
    rows = list(changed_rows(rig.gateway, CUSTOMERS, reading, user_format=GMT))
    return [text_at(row, "CUSTOMERID") for row in rows], reading.watermark


def test_each_change_comes_once_however_the_looks_overlap(rig: XmlRig) -> None:
    customers(rig, "C-2")
    first, mark = changed_ids(rig, Watermark())
    pass_time(rig, 2)
    customers(rig, "C-3")

    second, mark = changed_ids(rig, mark)
    third, _ = changed_ids(rig, mark)

    assert (first, second, third) == (["C-1001", "C-2"], ["C-3"], [])


def test_a_row_that_changes_again_comes_again(rig: XmlRig) -> None:
    _, mark = changed_ids(rig, Watermark())
    pass_time(rig, 30)
    records = XmlRecords(rig.gateway)
    key = records.find(CUSTOMER)[0].result.key
    update = UpdateMaster(key, replace(CUSTOMER, name="Ada & Daughters"), frozenset({"name"}))
    records.change(update, control_id="rename")

    ids, _ = changed_ids(rig, mark)

    assert ids == ["C-1001"]


def test_a_condition_holds_beside_the_watermark(rig: XmlRig) -> None:
    customers(rig, "C-2", "C-3")
    query = replace(CUSTOMERS, filter=equal("CUSTOMERID", "C-3"))
    reading = Reading(Watermark(now(rig) - timedelta(days=1)), started_at=now(rig))

    rows = list(changed_rows(rig.gateway, query, reading, user_format=GMT))

    assert [text_at(row, "CUSTOMERID") for row in rows] == ["C-3"]


def test_a_deletion_is_known_from_the_audit_history_and_by_comparing_keys(rig: XmlRig) -> None:
    before = now(rig)
    order = post(rig, ORDER, "order")
    kept = post(rig, replace(ORDER, reference="1002-SO"), "kept")
    pass_time(rig, 1)
    change = DeleteSalesDocument("Sales Order", order.key, order.id)
    XmlRecords(rig.gateway).change(change, control_id="delete")

    (deleted,) = audited(rig.gateway, "SODOCUMENT", before, user_format=GMT)
    shown = list(keys(rig.gateway, "SODOCUMENT"))

    assert deleted.identifier == order.key
    assert deleted.deleted_at == now(rig).replace(microsecond=0)
    assert deleted.deleted_by == rig.user.user_id
    assert compare([order.key, kept.key], shown).deleted == {order.key}


def test_the_ledgers_lines_come_by_date_and_by_book(rig: XmlRig) -> None:
    rig.actions().create_many([JOURNAL, INVOICE], ["a", "b"])

    rows = list(stream_detail(rig.gateway, TODAY, TODAY))

    assert {row["MODULEKEY"] for row in rows} == {"2.GL", "4.AR"}
    assert sum(Decimal(row["AMOUNT"]) * int(row["TR_TYPE"]) for row in rows) == 0
    assert list(stream_detail(rig.gateway, date(2026, 1, 1), date(2026, 1, 2))) == []
    only = list(stream_detail(rig.gateway, TODAY, TODAY, also=equal("MODULEKEY", "4.AR")))
    assert len(only) < len(rows)


def test_the_trial_balance_is_the_one_of_the_books(rig: XmlRig) -> None:
    order = post(rig, ORDER, "order")
    rig.actions().create_many(
        [JOURNAL, INVOICE, ADVANCE, CREDIT_MEMO, invoice_of(order)], list("abcde")
    )

    balances = list(trial_balance(rig.gateway, date(2026, 1, 1), date(2026, 12, 31)))

    assert sum(each.net for each in balances) == 0
    assert balances
    assert {each.account: each.net for each in balances} == {
        each.account: Decimal(rig.balance(each.account)) for each in balances
    }
    assert [each.account for each in balances] == sorted(each.account for each in balances)
