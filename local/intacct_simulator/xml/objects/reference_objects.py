"""Small reference objects: names of XML reference §12.5 over the books' tables."""

from __future__ import annotations

from dataclasses import replace

from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import XmlObject, fields
from local.intacct_simulator.xml.objects.parts import listed

_DEFINITION = "DESCRIPTION id\nDOCCLASS category"

REFERENCE = [
    listed("JOURNAL", "journal", "SYMBOL", "TITLE name\nADJ is_adjustment bool", known="BILLABLE"),
    # The name of the same object in older clients.
    listed("GLJOURNAL", "journal", "SYMBOL", "TITLE name\nADJ is_adjustment bool"),
    replace(
        listed("STATJOURNAL", "journal", "SYMBOL", "TITLE name"), only=("is_statistical", True)
    ),
    listed("ARTERM", "term", "NAME", "DESCRIPTION description\nDUEDATE due_days int"),
    listed("UOM", "unit", "UNIT", "NAME id"),
    listed(
        "CHECKINGACCOUNT",
        "bank_account",
        "BANKACCOUNTID",
        "BANKNAME name\nGLACCOUNTNO account.id\nCURRENCY currency\nLOCATIONID location.id",
        known="BANKACCOUNTNO",
    ),
    replace(
        listed("SODOCUMENTPARAMS", "txn_definition", "DOCID", _DEFINITION, known="UPDGL"),
        only=("module", "orderEntry"),
    ),
    replace(
        listed("INVDOCUMENTPARAMS", "txn_definition", "DOCID", _DEFINITION),
        only=("module", "inventoryControl"),
    ),
    listed(
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
    listed(
        "USERINFO",
        "user",
        "LOGINID",
        "USERTYPE user_type\nDESCRIPTION name\nLOGINDISABLED @web_services_only bool",
        known="CONTACTNAME ADMIN",
    ),
]
