"""Legacy functions find records by another system's id and clear what is empty (§6.2, §9.6)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    customer,
    day,
    first_error,
    invoice,
    key_of,
    order,
    query,
)

CUSTOMER = (
    "<create_customer><customerid>C-2</customerid><name>Bo</name><creditlimit>50</creditlimit>"
    "<comments>old</comments><externalid>EXT-1</externalid></create_customer>"
)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.rows(customer("C-1"))
    return made


def shown(desk: Desk, name: str, fields: str, where: str) -> list[str | None]:
    field, value = where.split("=")
    condition = f"<filter><equalto><field>{field}</field><value>{value}</value></equalto></filter>"
    (row,) = desk.rows(query(name, fields, condition))
    return [one.text for one in row]


def test_a_customer_is_changed_and_deleted_by_its_external_id(desk: Desk) -> None:
    key_of(desk.result(CUSTOMER))

    changed = (
        '<update_customer customerid="EXT-1" externalkey="true"><name>Bob</name></update_customer>'
    )
    assert key_of(desk.result(changed)) == "C-2"
    assert shown(desk, "CUSTOMER", "NAME", "CUSTOMERID=C-2") == ["Bob"]
    gone = desk.result('<delete_customer customerid="EXT-1" externalkey="true"/>')
    assert gone.findtext("status") == "success"
    assert first_error(desk.result(changed))[0] == "BL01001973"


def test_a_contact_is_changed_by_its_external_id(desk: Desk) -> None:
    made = (
        "<create_contact><contactname>Ada</contactname><printas>Ada</printas>"
        "<externalid>EXT-1</externalid></create_contact>"
    )
    key_of(desk.result(made))

    changed = (
        '<update_contact contactname="EXT-1" externalkey="true"><printas>A</printas>'
        "</update_contact>"
    )
    assert key_of(desk.result(changed)) == "Ada"


def test_an_invoice_is_changed_and_deleted_by_its_external_id(desk: Desk) -> None:
    key = key_of(desk.result(invoice("C-1", head="<externalid>EXT-1</externalid>")))

    changed = (
        '<update_invoice key="EXT-1" externalkey="true"><description>New</description>'
        "</update_invoice>"
    )
    assert key_of(desk.result(changed)) == key
    assert shown(desk, "ARINVOICE", "DESCRIPTION", f"RECORDNO={key}") == ["New"]
    gone = desk.result('<delete_invoice key="EXT-1" externalkey="true"/>')
    assert gone.findtext("status") == "success"


def test_an_adjustment_keeps_its_external_id(desk: Desk) -> None:
    sent = (
        f"<create_aradjustment><customerid>C-1</customerid>{day('datecreated')}"
        "<externalid>EXT-1</externalid><aradjustmentitems><lineitem><glaccountno>4000</glaccountno>"
        "<amount>-5</amount><locationid>100</locationid></lineitem></aradjustmentitems>"
        "</create_aradjustment>"
    )
    key = key_of(desk.result(sent))

    (found,) = desk.company.books.find("ar_adjustment", external_id="EXT-1")
    assert str(found["key"]) == key

    gone = desk.result('<delete_aradjustment key="EXT-1" externalkey="true"/>')

    assert gone.findtext("status") == "success"


@pytest.mark.parametrize(
    ("attributes", "left"), [('set_nulls="true"', [None, None]), ("", ["50", "old"])]
)
def test_empty_elements_clear_fields_when_it_is_said_so(
    desk: Desk, attributes: str, left: list[str | None]
) -> None:
    key_of(desk.result(CUSTOMER))

    key_of(
        desk.result(
            f'<update_customer customerid="C-2" {attributes}><creditlimit/><comments/>'
            "</update_customer>"
        )
    )

    assert shown(desk, "CUSTOMER", "CREDITLIMIT COMMENTS NAME", "CUSTOMERID=C-2") == [*left, "Bo"]


def test_what_a_document_must_have_is_not_cleared(desk: Desk) -> None:
    document = key_of(
        desk.result(order("C-1").replace("<state>", "<message>Gift</message><state>"))
    )

    key_of(
        desk.result(
            f'<update_sotransaction key="{document}" set_nulls="true"><datecreated/><dateposted/>'
            "<referenceno/><datedue/><message/><state/></update_sotransaction>"
        )
    )

    fields = "PONUMBER MESSAGE STATE WHENCREATED TERM.NAME"
    kept = ["Pending", "11/20/2026", "Net 30"]
    assert shown(desk, "SODOCUMENT", fields, f"DOCID={document}") == [None, None, *kept]


def test_a_line_without_an_item_is_still_removed(desk: Desk) -> None:
    line = "<sotransitem><itemid>MUG</itemid><quantity>1</quantity><locationid>100</locationid>"
    more = order("C-1").replace("</sotransitems>", f"{line}</sotransitem></sotransitems>")
    document = key_of(desk.result(more))

    key_of(
        desk.result(
            f'<update_sotransaction key="{document}" set_nulls="true"><updatesotransitems>'
            '<updatesotransitem line_num="1"><itemid/></updatesotransitem>'
            '<updatesotransitem line_num="2"><memo/></updatesotransitem>'
            "</updatesotransitems></update_sotransaction>"
        )
    )

    assert shown(desk, "SODOCUMENTENTRY", "ITEMID", f"DOCHDRID={document}") == ["MUG"]
