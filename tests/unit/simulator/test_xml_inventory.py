"""Every element of an inventory document is kept, followed or refused (§13.5)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import Desk, day, first_error, key_of, query, where


@pytest.fixture
def desk() -> Desk:
    return Desk()


def received(head: str = "", line: str = "", state: str = "", front: str = "") -> str:
    return (
        "<create_ictransaction><transactiontype>Inventory Receipt</transactiontype>"
        f"{day('datecreated')}{front}{head}{state}<ictransitems><ictransitem>"
        "<itemid>TEE-STOCK</itemid><itemdesc>Kept</itemdesc><warehouseid>W1</warehouseid>"
        f"<quantity>5</quantity>{line}</ictransitem></ictransitems></create_ictransaction>"
    )


def shown(desk: Desk, name: str, fields: str, field: str, key: str) -> list[str | None]:
    condition = where(f"<equalto><field>{field}</field><value>{key}</value></equalto>")
    (row,) = desk.rows(query(name, fields, condition))
    return [one.text for one in row]


def on_hand(desk: Desk) -> list[str | None]:
    return [row[0].text for row in desk.rows(query("AVAILABLEINVENTORY", "QUANTITYLEFT"))]


def test_a_draft_moves_nothing_until_it_is_submitted(desk: Desk) -> None:
    key = key_of(desk.result(received(state="<state>Draft</state>")))

    assert shown(desk, "INVDOCUMENT", "STATE", "DOCID", key) == ["Draft"]
    assert on_hand(desk) == []

    key_of(
        desk.result(
            f'<update_ictransaction key="{key}"><message>Now</message><state>Submitted</state>'
            "</update_ictransaction>"
        )
    )
    assert shown(desk, "INVDOCUMENT", "STATE MESSAGE", "DOCID", key) == ["Submitted", "Now"]
    assert on_hand(desk) == ["5"]


def test_a_draft_is_deleted(desk: Desk) -> None:
    key = key_of(desk.result(received(state="<state>Draft</state>")))

    assert desk.result(f'<delete_ictransaction key="{key}"/>').findtext("status") == "success"


@pytest.mark.parametrize("state", ["", "<state>Pending</state>", "<state>Closed</state>"])
def test_any_other_document_moves_stock_at_once(desk: Desk, state: str) -> None:
    key_of(desk.result(received(state=state)))

    assert on_hand(desk) == ["5"]


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (received(state="<state>Wrong</state>"), "state"),
        (received(front="<createdfrom>nope-1</createdfrom>"), "'nope-1'"),
        (
            received(
                line="<unit>Each</unit><itemdetails><itemdetail><serialno>7</serialno>"
                "</itemdetail></itemdetails>"
            ),
            "'itemdetails'",
        ),
        (received(line="<unit>Each</unit><sourcelinekey>7</sourcelinekey>"), "'7'"),
        (received(line="<contractid>CON1</contractid>"), "'CON1'"),
    ],
)
def test_what_cannot_be_followed_is_refused_and_moves_nothing(
    desk: Desk, sent: str, word: str
) -> None:
    assert word in first_error(desk.result(sent))[1]
    assert on_hand(desk) == []


def test_a_document_keeps_its_source_its_texts_and_its_external_id(desk: Desk) -> None:
    source = key_of(desk.result(received()))
    (line,) = desk.rows(query("INVDOCUMENTENTRY", "RECORDNO"))

    key = key_of(
        desk.result(
            received(
                front=f"<createdfrom>{source}</createdfrom>",
                head="<externalid>EXT-1</externalid>",
                line=f"<sourcelinekey>{line[0].text}</sourcelinekey>",
            )
        )
    )

    assert shown(desk, "INVDOCUMENT", "CREATEDFROM EXTERNALID", "DOCID", key) == [source, "EXT-1"]
    fields = "ITEMDESC UNIT SOURCE_DOCLINEKEY"
    assert shown(desk, "INVDOCUMENTENTRY", fields, "DOCHDRID", key) == [
        "Kept",
        "Each",
        line[0].text,
    ]
    changed = (
        '<update_ictransaction key="EXT-1" externalkey="true"><message>New</message>'
        "</update_ictransaction>"
    )
    assert key_of(desk.result(changed)) == key
