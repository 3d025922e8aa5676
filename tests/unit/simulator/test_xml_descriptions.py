"""Definitions, audit trail, ledger detail and entities as the simulated gateway shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    batch,
    by_query,
    customer,
    first_error,
    invoice,
    query,
    where,
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    for number, name in enumerate(("Ada", "Bob", "Cleo"), start=1):
        desk.rows(customer(f"C-{number}", name))
    return desk


def test_lookup_describes_fields_words_and_relations(desk: Desk) -> None:
    node = desk.rows("<lookup><object>CUSTOMER</object></lookup>")[0]
    fields: dict[str, Any] = {field.findtext("ID"): field for field in node.iter("Field")}

    assert node.get("Name") == "CUSTOMER"
    assert fields["RECORDNO"].findtext("DATATYPE") == "INTEGER"
    assert fields["RECORDNO"].findtext("READONLY") == "true"
    assert fields["NAME"].findtext("REQUIRED") == "true"
    words = [value.text for value in fields["STATUS"].iter("VALIDVALUE")]
    assert words == ["active", "inactive"]
    relation = node.find("Relationships/Relationship")
    assert relation.findtext("OBJECTPATH") == "DISPLAYCONTACT"
    assert relation.findtext("RELATEDBY") == "DISPLAYCONTACTKEY"


def test_inspect_names_fields_and_objects(desk: Desk) -> None:
    plain = desk.rows("<inspect><object>CUSTOMER</object></inspect>")[0]
    detailed = desk.rows('<inspect detail="1"><object>CUSTOMER</object></inspect>')[0]
    listed = desk.result("<inspect><object>*</object></inspect>").find("data")
    every = list(listed)

    assert "CUSTOMERID" in [field.text for field in plain.iter("Field")]
    assert "CUSTOMERID" in [field.findtext("Name") for field in detailed.iter("Field")]
    assert "GLBATCH" in [row.get("typename") for row in every]
    assert dict(listed.attrib) == {"listtype": "All", "count": "1"}


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("", "{own}"),
        ("<key>{other}</key>", "{other}"),
        ("<userId>clerk</userId>", "{other}"),
        ("<key>999</key>", ""),
        ("<key>clerk</key>", ""),
    ],
)
def test_the_formats_of_a_user_are_told_by_number_or_login(
    desk: Desk, asked: str, number: str
) -> None:
    desk.company.add_user("clerk", "clerk-password")
    rows = desk.rows(query("USERINFO", "RECORDNO LOGINID"))
    known = {row.findtext("LOGINID"): row.findtext("RECORDNO") for row in rows}
    keys = {"own": known[desk.company.credentials.user_id], "other": known["clerk"]}

    result = desk.result(f"<readUserFormatting>{asked.format(**keys)}</readUserFormatting>")

    if number:
        told = result.findtext("data/userformatting/recordno")
        assert told == number.format(**keys)
    else:
        assert first_error(result)[0] == "BL03000025"


def test_dimensions_formats_and_rights_are_told(desk: Desk) -> None:
    dimension = desk.rows("<getDimensions/>")[0].find("dimension")
    formatting = desk.rows("<readUserFormatting/>")[0]
    login = desk.company.credentials.user_id
    rights = desk.rows(f"<getUserPermissions><userId>{login}</userId></getUserPermissions>")[0]

    assert dimension.findtext("objectName") == "DEPARTMENT"
    assert formatting.findtext("dateformat") == "/mdY"
    assert rights.findtext(".//policy/rights") == "List|View|Add|Edit|Delete"


def test_a_deletion_is_found_in_the_audit_history(desk: Desk) -> None:
    desk.result("<delete><object>CUSTOMER</object><keys>2</keys></delete>")
    rest = where(
        "<and><equalto><field>OBJECTTYPE</field><value>customer</value></equalto>"
        "<equalto><field>ACCESSMODE</field><value>D</value></equalto></and>"
    )

    rows = desk.rows(query("AUDITHISTORY", "ID OBJECTKEY OBJECTTYPE ACCESSTIME", rest))
    by_word = desk.rows(
        by_query("AUDITHISTORY", "OBJECTTYPE = 'customer' AND ACCESSMODE = 'Delete'")
    )

    assert [row.findtext("OBJECTKEY") for row in rows] == ["C-2"]
    assert rows[0].findtext("ACCESSTIME") == "11/22/2026 12:00:00"
    assert len(by_word) == 1


def test_posted_lines_of_every_module_are_in_the_ledger_detail(desk: Desk) -> None:
    desk.rows(batch())
    desk.result(invoice("C-1", "10.00"))
    rest = where(
        "<and><equalto><field>ACCOUNTNO</field><value>1200</value></equalto>"
        "<equalto><field>BOOKID</field><value>ACCRUAL</value></equalto></and>"
    )

    rows = desk.rows(query("GLDETAIL", "ENTRY_DATE AMOUNT TR_TYPE MODULEKEY", rest))

    shown = [(row.findtext("AMOUNT"), row.findtext("MODULEKEY")) for row in rows]
    assert shown == [("75.5", "2.GL"), ("10", "4.AR")]


def test_an_entity_sees_its_own_and_shared_records_only(desk: Desk) -> None:
    at_100 = desk.signed_in("<locationid>100</locationid>")
    desk.rows(customer("E-100"), authentication=at_100)
    at_200 = desk.signed_in("<locationid>200</locationid>")
    asked = query("CUSTOMER", "CUSTOMERID MEGAENTITYID")
    private = query("CUSTOMER", "CUSTOMERID", "<options><showprivate>true</showprivate></options>")

    assert len(desk.rows(asked, authentication=at_100)) == 4
    assert len(desk.rows(asked, authentication=at_200)) == 3
    assert len(desk.rows(asked)) == 3
    assert len(desk.rows(private)) == 4


def test_an_entity_sees_its_own_ledger_lines_only(desk: Desk) -> None:
    desk.rows(batch())
    asked = query("GLDETAIL", "RECORDNO")

    seen = [
        len(desk.rows(asked, authentication=desk.signed_in(f"<locationid>{entity}</locationid>")))
        for entity in ("100", "200", "")
    ]

    assert seen == [2, 0, 2]
