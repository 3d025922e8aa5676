"""Attachments and legacy lists, in the forms that public XML clients send."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.unit.simulator.xml_desk import Desk, customer, first_error, invoice, key_of, value

HELLO = base64.b64encode(b"hello").decode()
FOLDER = "<create_supdocfolder><supdocfoldername>Orders</supdocfoldername></create_supdocfolder>"


def attachment(attachment_id: str, name: str = "Order papers") -> str:
    return (
        f"<create_supdoc><supdocid>{attachment_id}</supdocid><supdocname>{name}</supdocname>"
        "<supdocfoldername>Orders</supdocfoldername><attachments><attachment>"
        "<attachmentname>order.one</attachmentname><attachmenttype>txt</attachmenttype>"
        f"<attachmentdata>{HELLO}</attachmentdata></attachment></attachments></create_supdoc>"
    )


def one_of_list(name: str, condition: tuple[str, str, str]) -> str:
    field, operator, wanted = condition
    return (
        f'<get_list object="{name}"><filter><expression><field>{field}</field>'
        f"<operator>{operator}</operator><value>{wanted}</value></expression></filter></get_list>"
    )


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    assert key_of(made.result(FOLDER)) == "Orders"
    return made


def test_a_list_without_rows_names_its_object_without_a_range(desk: Desk) -> None:
    result = desk.result(one_of_list("supdocfolder", ("name", "=", "Other")))

    assert result.findtext("status") == "success"
    listed = result.find("listtype")
    assert (listed.text, dict(listed.attrib)) == ("supdocfolder", {})
    assert len(result.find("data")) == 0


def test_a_list_tells_its_range_before_the_data(desk: Desk) -> None:
    result = desk.result(one_of_list("supdocfolder", ("name", "=", "Orders")))

    listed = result.find("listtype")
    assert dict(listed.attrib) == {"start": "0", "end": "0", "total": "1"}
    assert listed.getnext().tag == "data"
    assert result.findtext("data/supdocfolder/name") == "Orders"


def test_an_attachment_is_read_back_with_its_file_in_parts(desk: Desk) -> None:
    assert key_of(desk.result(attachment("A-1"))) == "A-1"

    read = desk.result('<get object="supdoc" key="A-1"/>').find("data/supdoc")

    assert [node.tag for node in read][:4] == ["recordno", "supdocid", "supdocname", "folder"]
    file = read.find("attachments/attachment")
    assert file.findtext("attachmentname") == "order.one"
    assert file.findtext("attachmenttype") == "txt"
    assert base64.b64decode(file.findtext("attachmentdata")) == b"hello"


def test_an_update_adds_a_file_and_keeps_the_first(desk: Desk) -> None:
    desk.result(attachment("A-1"))
    added = (
        "<update_supdoc><supdocid>A-1</supdocid><supdocname>Renamed</supdocname><attachments>"
        "<attachment><attachmentname>two</attachmentname><attachmenttype>pdf</attachmenttype>"
        f"<attachmentdata>{HELLO}</attachmentdata></attachment></attachments></update_supdoc>"
    )

    key_of(desk.result(added))

    read = desk.result('<get object="supdoc" key="A-1"/>').find("data/supdoc")
    assert read.findtext("supdocname") == "Renamed"
    names = [node.text for node in read.iterfind("attachments/attachment/attachmentname")]
    assert names == ["order.one", "two"]


def test_base64_may_be_broken_into_lines(desk: Desk) -> None:
    broken = attachment("A-1").replace(HELLO, f"{HELLO[:4]}\n  {HELLO[4:]}\n")

    assert key_of(desk.result(broken)) == "A-1"


def test_a_folder_in_use_is_not_deleted_and_an_empty_one_is(desk: Desk) -> None:
    desk.result(attachment("A-1"))
    delete = '<delete_supdocfolder key="Orders"/>'

    assert first_error(desk.result(delete))[0] == "BL01001973"
    assert desk.result('<delete_supdoc key="A-1"/>').findtext("status") == "success"
    assert desk.result(delete).findtext("status") == "success"


def test_a_document_carries_its_attachment_and_keeps_it_from_deletion(desk: Desk) -> None:
    desk.result(attachment("A-1"))
    desk.result(customer("C-1"))
    attached = invoice("C-1").replace("<invoiceitems>", "<supdocid>A-1</supdocid><invoiceitems>")

    key_of(desk.result(attached))

    assert value(desk, "ARINVOICE", "SUPDOCID") == "A-1"
    assert first_error(desk.result('<delete_supdoc key="A-1"/>'))[0] == "BL01001973"


def test_lists_are_filtered_sorted_and_cut(desk: Desk) -> None:
    for number, name in enumerate(("b", "c", "a"), start=1):
        desk.result(attachment(f"A-{number}", name))
    sorts = '<sorts><sortfield order="desc">supdocname</sortfield></sorts>'
    fields = "<fields><field>supdocname</field></fields>"

    result = desk.result(
        f'<get_list object="supdoc" start="1" maxitems="1">{fields}{sorts}</get_list>'
    )

    assert dict(result.find("listtype").attrib) == {"start": "1", "end": "1", "total": "3"}
    assert [[(node.tag, node.text) for node in row] for row in result.find("data")] == [
        [("supdocname", "b")]
    ]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (("supdocid", "!=", "A-2"), ["A-1", "A-3"]),
        (("recordno", "&gt;", "1"), ["A-2", "A-3"]),
        (("recordno", "&lt;=", "2"), ["A-1", "A-2"]),
        (("supdocname", "like", "%ORD%"), ["A-1"]),
        (("supdocname", "like", "n%r%"), ["A-2"]),
        (("description", "is null", ""), ["A-1", "A-2", "A-3"]),
    ],
)
def test_each_operator_of_a_list_filter(
    desk: Desk, condition: tuple[str, str, str], found: list[str]
) -> None:
    for number, name in enumerate(("An order", "number", "other"), start=1):
        desk.result(attachment(f"A-{number}", name))

    rows: Any = desk.result(one_of_list("supdoc", condition)).find("data")

    assert [row.findtext("supdocid") for row in rows] == found


def test_logical_filters_nest(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.result(attachment(f"A-{number}"))
    either = "".join(
        f"<expression><field>supdocid</field><operator>=</operator><value>A-{n}</value></expression>"
        for n in (1, 3)
    )

    result = desk.result(
        '<get_list object="supdoc"><filter><logical logical_operator="or">'
        f"{either}</logical></filter></get_list>"
    )

    assert [row.findtext("supdocid") for row in result.find("data")] == ["A-1", "A-3"]


@pytest.mark.parametrize(
    "asked",
    [
        '<get_list object="glbudget"/>',
        '<get object="supdoc" key="none"/>',
        '<get_list object="supdoc" maxitems="many"/>',
        one_of_list("supdoc", ("colour", "=", "red")),
        one_of_list("supdoc", ("supdocid", "~", "A-1")),
        attachment("A-9").replace(HELLO, "not base64!"),
        attachment("A-9").replace("Orders", "Nowhere"),
    ],
)
def test_a_list_or_attachment_that_is_wrong_fails_alone(desk: Desk, asked: str) -> None:
    assert first_error(desk.result(asked))[1]
