"""Small reference objects: names of XML reference §12.5 over the books' tables."""

from __future__ import annotations

from local.intacct_simulator.xml.objects import words
from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import XmlObject, empty, fields

_STATUS = {"status": words.STATUS}


def _listed(
    name: str,
    table: str,
    id_field: str,
    text: str,
    *,
    known: str = "",
    only: tuple[str, object] | None = None,
) -> XmlObject:
    return XmlObject(
        name,
        table,
        fields(f"RECORDNO key int\n{id_field} id\nSTATUS status status\n{text}\n{AUDIT}", _STATUS)
        | empty(known),
        id_field=id_field,
        only=only,
    )


REFERENCE = [
    _listed("JOURNAL", "journal", "SYMBOL", "TITLE name\nADJ is_adjustment bool", known="BILLABLE"),
    # The name of the same object in older clients.
    _listed("GLJOURNAL", "journal", "SYMBOL", "TITLE name\nADJ is_adjustment bool"),
    _listed("STATJOURNAL", "journal", "SYMBOL", "TITLE name", only=("is_statistical", True)),
    _listed("ARTERM", "term", "NAME", "DESCRIPTION description\nDUEDATE due_days int"),
    _listed("UOM", "unit", "UNIT", "NAME id"),
    _listed(
        "CHECKINGACCOUNT",
        "bank_account",
        "BANKACCOUNTID",
        "BANKNAME name\nGLACCOUNTNO account.id\nCURRENCY currency\nLOCATIONID location.id",
        known="BANKACCOUNTNO",
    ),
    _listed(
        "SODOCUMENTPARAMS",
        "txn_definition",
        "DOCID",
        "DESCRIPTION id\nDOCCLASS category",
        known="UPDGL",
        only=("module", "orderEntry"),
    ),
    _listed(
        "INVDOCUMENTPARAMS",
        "txn_definition",
        "DOCID",
        "DESCRIPTION id\nDOCCLASS category",
        only=("module", "inventoryControl"),
    ),
    _listed(
        "REPORTINGPERIOD",
        "reporting_period",
        "NAME",
        "START_DATE start_date day\nEND_DATE end_date day",
    ),
    XmlObject(
        "ROLES",
        "role",
        fields(f"RECORDNO key int\nNAME id\nDESCRIPTION description\n{AUDIT}"),
        id_field="NAME",
    ),
    XmlObject(
        "ROLEASSIGNMENT",
        "role_user",
        fields(
            "RECORDNO key int\nROLEKEY role int\nROLENAME role.id\nUSERKEY user int\n"
            f"USERID user.id\n{AUDIT}"
        ),
    ),
    XmlObject(
        "ROLEPOLICYASSIGNMENT",
        "role_permission",
        fields(
            "RECORDNO key int\nROLEKEY parent int\nROLENAME parent.id\n"
            "POLICYNAME permission.name\nRIGHTS @rights\n"
        ),
    ),
    _listed(
        "USERINFO",
        "user",
        "LOGINID",
        "USERTYPE user_type\nDESCRIPTION name\nLOGINDISABLED @web_services_only bool",
        known="CONTACTNAME ADMIN",
    ),
]
