"""What a line of a document may leave out, and what is refused there (§13.1, §13.2, §13.6)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    batch,
    by_query,
    customer,
    day,
    first_error,
    invoice,
    key_of,
    order,
    query,
)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.rows(customer("C-1"))
    return made


def test_a_line_without_a_unit_is_counted_in_the_base_unit(desk: Desk) -> None:
    desk.rows("<update><ITEM><ITEMID>TEE</ITEMID><UOMGRP>Box</UOMGRP></ITEM></update>")

    key_of(desk.result(order("C-1").replace("<unit>Each</unit>", "")))

    assert [row[0].text for row in desk.rows(query("SODOCUMENTENTRY", "UNIT"))] == ["Box"]


def test_a_changed_line_keeps_its_unit_and_an_added_one_has_the_base_unit(desk: Desk) -> None:
    key = key_of(desk.result(order("C-1").replace("<unit>Each", "<unit>Box")))

    key_of(
        desk.result(
            f'<update_sotransaction key="{key}"><updatesotransitems>'
            '<updatesotransitem line_num="1"><itemid>TEE</itemid><quantity>3</quantity>'
            "</updatesotransitem><sotransitem><itemid>TEE</itemid><quantity>1</quantity>"
            "<locationid>100</locationid></sotransitem></updatesotransitems>"
            "</update_sotransaction>"
        )
    )

    rows = desk.rows(query("SODOCUMENTENTRY", "UNIT QUANTITY"))
    assert [[field.text for field in row] for row in rows] == [["Box", "3"], ["Each", "1"]]


def test_a_converted_line_without_a_unit_is_counted_as_in_its_source(desk: Desk) -> None:
    source = key_of(desk.result(order("C-1").replace("<unit>Each", "<unit>Box")))
    (line,) = desk.rows(query("SODOCUMENTENTRY", "RECORDNO"))
    sent = order("C-1", "Shipment", f"<createdfrom>{source}</createdfrom>").replace(
        "<unit>Each</unit>", ""
    )

    key_of(
        desk.result(
            sent.replace("</price>", f"</price><sourcelinekey>{line[0].text}</sourcelinekey>")
        )
    )

    assert [row[0].text for row in desk.rows(query("SODOCUMENTENTRY", "UNIT"))] == ["Box"] * 2


def test_a_line_of_an_unknown_item_is_refused_for_its_item(desk: Desk) -> None:
    sent = order("C-1").replace("<unit>Each</unit>", "").replace("TEE", "NOPE")

    assert "NOPE" in first_error(desk.result(sent))[1]


def order_with(more: str) -> str:
    return order("C-1").replace("</sotransitem>", f"{more}</sotransitem>")


SERIAL = "<itemdetails><itemdetail><quantity>1</quantity><serialno>7</serialno></itemdetail>"


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (order_with("<contractid>CON1</contractid>"), "'CON1'"),
        (order_with(f"{SERIAL}</itemdetails>"), "'itemdetails'"),
        (
            invoice("C-1").replace("</lineitem>", "<contractid>CON1</contractid></lineitem>"),
            "'CON1'",
        ),
        (batch().replace("</GLENTRY>", "<CONTRACTID>CON1</CONTRACTID></GLENTRY>", 1), "'CON1'"),
        (
            batch().replace(
                "</GLENTRY>",
                "<TAXENTRIES><TAXENTRY><DETAILID>T</DETAILID><TRX_TAX>1</TRX_TAX></TAXENTRY>"
                "</TAXENTRIES></GLENTRY>",
                1,
            ),
            "'TAXENTRIES'",
        ),
    ],
)
def test_what_the_company_has_none_of_is_refused_on_a_line(
    desk: Desk, sent: str, word: str
) -> None:
    errorno, text = first_error(desk.result(sent))

    assert errorno == "BL01001973"
    assert word in text


@pytest.mark.parametrize(
    "sent",
    [
        order_with("<contractid/>"),
        order_with("<itemdetails><itemdetail><serialno/></itemdetail></itemdetails>"),
        batch().replace("</GLENTRY>", "<CONTRACTID/><TAXENTRIES/></GLENTRY>", 1),
    ],
)
def test_the_same_elements_may_be_there_and_empty(desk: Desk, sent: str) -> None:
    assert desk.result(sent).findtext("status") == "success"


@pytest.mark.parametrize("rate", ["0", "0.00", "-1"])
def test_an_exchange_rate_is_positive(desk: Desk, rate: str) -> None:
    currency = f"<currency>EUR</currency><exchrate>{rate}</exchrate>"
    legacy = order("C-1").replace("<state>", f"{currency}<state>")
    line = f"<CURRENCY>EUR</CURRENCY><EXCHANGE_RATE>{rate}</EXCHANGE_RATE></GLENTRY>"
    generic = batch().replace("</GLENTRY>", line)

    for sent in (legacy, generic):
        errorno, text = first_error(desk.result(sent))
        assert errorno == "BL03002028"
        assert "exchange rate" in text


def test_subtotals_are_found_by_the_definition_of_their_document(desk: Desk) -> None:
    freight = "<subtotal><description>Freight</description><total>5</total></subtotal>"
    sent = order("C-1").replace(
        "</create_sotransaction>", f"<subtotals>{freight}</subtotals></create_sotransaction>"
    )
    key_of(desk.result(sent))

    assert len(desk.rows(by_query("SODOCUMENTSUBTOTALS", "DOCPARID = 'Sales Order'"))) == 1
    assert desk.rows(by_query("SODOCUMENTSUBTOTALS", "DOCPARID = 'Shipment'")) == []


def transfer(more: str) -> str:
    lines = "".join(
        f"<ICTRANSFERITEM><IN_OUT>{way}</IN_OUT><ITEMID>TEE-STOCK</ITEMID>"
        f"<WAREHOUSEID>{place}</WAREHOUSEID><QUANTITY>1</QUANTITY><UNIT>Each</UNIT>"
        "</ICTRANSFERITEM>"
        for way, place in (("O", "W1"), ("I", "W2"))
    )
    return (
        "<create><ICTRANSFER><TRANSACTIONDATE>11/20/2026</TRANSACTIONDATE>"
        f"<TRANSFERTYPE>Immediate</TRANSFERTYPE>{more}<ICTRANSFERITEMS>{lines}</ICTRANSFERITEMS>"
        "</ICTRANSFER></create>"
    )


def test_a_transfer_keeps_its_days_and_its_rate(desk: Desk) -> None:
    received = (
        "<create_ictransaction><transactiontype>Inventory Receipt</transactiontype>"
        f"{day('datecreated')}<ictransitems><ictransitem><itemid>TEE-STOCK</itemid>"
        "<warehouseid>W1</warehouseid><quantity>5</quantity><locationid>100</locationid>"
        "</ictransitem></ictransitems></create_ictransaction>"
    )
    key_of(desk.result(received))

    desk.rows(
        transfer(
            "<OUTDATE>11/20/2026</OUTDATE><INDATE>11/21/2026</INDATE>"
            "<EXCH_RATE_TYPE_ID>Intacct Daily Rate</EXCH_RATE_TYPE_ID>"
            "<EXCH_RATE_DATE>11/20/2026</EXCH_RATE_DATE><EXCHANGE_RATE>1.1</EXCHANGE_RATE>"
        )
    )

    fields = "OUTDATE INDATE EXCH_RATE_TYPE_ID EXCH_RATE_DATE EXCHANGE_RATE"
    (row,) = desk.rows(query("ICTRANSFER", fields))
    assert [field.text for field in row] == [
        "11/20/2026",
        "11/21/2026",
        "Intacct Daily Rate",
        "11/20/2026",
        "1.1",
    ]
