"""Functions of the old schema that clients of it send for masters, stock and statistics (§13)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    customer,
    day,
    first_error,
    function,
    key_of,
    query,
    where,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def shown(desk: Desk, name: str, key_field: str, key: str, fields: str) -> list[str | None]:
    condition = f"<equalto><field>{key_field}</field><value>{key}</value></equalto>"
    (row,) = desk.rows(query(name, fields, where(condition)))
    return [field.text for field in row]


@pytest.mark.parametrize(
    ("noun", "name", "element", "given", "fields", "expected"),
    [
        (
            "class",
            "CLASS",
            "classid",
            "<name>Web</name><description>Shops</description>",
            "NAME DESCRIPTION",
            ["Web", "Shops"],
        ),
        ("department", "DEPARTMENT", "departmentid", "<title>Web</title>", "TITLE", ["Web"]),
        (
            "location",
            "LOCATION",
            "locationid",
            "<name>Web</name><parentid>100</parentid>",
            "NAME PARENTID",
            ["Web", "100"],
        ),
        (
            "item",
            "ITEM",
            "itemid",
            "<itemname>Cap</itemname><itemtype>Non-Inventory</itemtype><taxable>true</taxable>",
            "NAME ITEMTYPE",
            ["Cap", "Non-Inventory"],
        ),
        (
            "vendor",
            "VENDOR",
            "vendorid",
            (
                "<name>Web</name><contactinfo><contact><contactname>Web(V)</contactname>"
                "<printas>The Web</printas></contact></contactinfo>"
            ),
            "NAME DISPLAYCONTACT.PRINTAS",
            ["Web", "The Web"],
        ),
    ],
)
def test_a_master_is_made_changed_and_deleted_by_its_own_functions(  # noqa: PLR0917  # one row of a table each
    desk: Desk,
    noun: str,
    name: str,
    element: str,
    given: str,
    fields: str,
    expected: list[str],
) -> None:
    key_field = element.upper()
    attribute = "key" if noun == "class" else element
    title = "title" if noun == "department" else "name"

    made = desk.result(f"<create_{noun}><{element}>X-1</{element}>{given}</create_{noun}>")
    before = shown(desk, name, key_field, "X-1", fields)
    changed = f'<update_{noun} {element}="X-1"><{title}>New</{title}></update_{noun}>'
    by_id = desk.result(changed)
    by_key = desk.result(changed.replace(f"{element}=", "key="))

    assert [key_of(result) for result in (made, by_id, by_key)] == ["X-1"] * 3
    assert before == expected
    assert shown(desk, name, key_field, "X-1", title.upper()) == ["New"]
    deleted = desk.result(f'<delete_{noun} {attribute}="X-1"/>')
    assert deleted.findtext("status") == "success"


def test_what_has_no_place_in_the_books_is_refused_and_not_dropped(desk: Desk) -> None:
    wrong = "<create_class><classid>X-1</classid><name>Web</name><hue>red</hue></create_class>"

    errorno, text = first_error(desk.result(wrong))

    assert errorno == "XL03000010"
    assert "'hue'" in text
    condition = where("<equalto><field>CLASSID</field><value>X-1</value></equalto>")
    assert desk.rows(query("CLASS", "CLASSID", condition)) == []


def test_a_master_that_is_there_is_an_error_unless_it_is_ignored(desk: Desk) -> None:
    made = "<create_class{}><classid>X-1</classid><name>Web</name></create_class>"
    desk.result(made.format(""))

    again = desk.result(made.format(""))
    ignored = desk.result(made.format(' ignoreduplicates="true"'))
    unknown = desk.result('<update_class classid="X-9"><name>New</name></update_class>')

    assert first_error(again)[0] == "BL34000061"
    assert key_of(ignored) == "X-1"
    assert first_error(unknown)[0] == "BL01001973"


def statistics(amount: str = "7", journal: str = "STJ") -> str:
    return (
        f"<create_statgltransaction><journalid>{journal}</journalid>{day('datecreated')}"
        "<description>Visits</description><statgltransactionentries><glentry><trtype>1</trtype>"
        f"<amount>{amount}</amount><glaccountno>S-1</glaccountno><locationid>100</locationid>"
        "</glentry></statgltransactionentries></create_statgltransaction>"
    )


def test_a_statistical_entry_of_one_line_is_posted(desk: Desk) -> None:
    desk.rows(
        "<create><STATACCOUNT><ACCOUNTNO>S-1</ACCOUNTNO><TITLE>Visits</TITLE>"
        "<ACCOUNTTYPE>forperiod</ACCOUNTTYPE></STATACCOUNT></create>"
    )

    key = key_of(desk.result(statistics()))

    assert shown(desk, "GLENTRY", "BATCHNO", key, "ACCOUNTNO AMOUNT TR_TYPE") == ["S-1", "7", "1"]
    assert first_error(desk.result(statistics(journal="GJ")))[0] == "BL01001973"


def received(desk: Desk) -> str:
    desk.rows(
        "<create><ITEM><ITEMID>CAP</ITEMID><NAME>Cap</NAME><ITEMTYPE>Inventory</ITEMTYPE></ITEM>"
        "</create>"
    )
    (definition, *_), (place, *_) = (
        desk.rows(query(*asked))
        for asked in (("INVDOCUMENTPARAMS", "DOCID"), ("WAREHOUSE", "WAREHOUSEID"))
    )
    return key_of(
        desk.result(
            f"<create_ictransaction><transactiontype>{definition[0].text}</transactiontype>"
            f"{day('datecreated')}<ictransitems><ictransitem><itemid>CAP</itemid>"
            f"<warehouseid>{place[0].text}</warehouseid><quantity>2</quantity><unit>Each</unit>"
            "<locationid>100</locationid></ictransitem></ictransitems></create_ictransaction>"
        )
    )


def test_the_texts_of_an_inventory_document_change_and_what_moved_does_not(desk: Desk) -> None:
    key = received(desk)
    change = f'<update_ictransaction key="{key}">{{}}</update_ictransaction>'

    texts = desk.result(change.format("<referenceno>R-2</referenceno><message>late</message>"))
    refused = [
        desk.result(change.format(given))
        for given in (
            (
                '<updateictransitems><updateictransitem line_num="1"><quantity>3</quantity>'
                "</updateictransitem></updateictransitems>"
            ),
            "<state>Draft</state>",
            day("datecreated"),
        )
    ]

    assert key_of(texts) == key
    assert shown(desk, "INVDOCUMENT", "DOCID", key, "PONUMBER") == ["R-2"]
    assert [first_error(one)[0] for one in refused] == ["BL01001973", "BL01001973", "BL03002129"]
    unknown = desk.result(change.replace(key, "No-1").format(""))
    assert first_error(unknown)[0] == "BL01001973"


@pytest.mark.parametrize("name", ["create_employee", "update_project", "create_arterm", "unpost"])
def test_a_function_that_the_schema_has_fails_alone(desk: Desk, name: str) -> None:
    answer = desk.post(desk.document(function(f"<{name}/>"), function(customer("C-1"), "f-2")))

    refused, made = answer.findall("operation/result")
    assert "not imitated" in first_error(refused)[1]
    assert made.findtext("status") == "success"
