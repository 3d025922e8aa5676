"""General Ledger and audit trail: names of XML reference §11.3 and §13.6 over the books."""

from __future__ import annotations

from local.intacct_simulator.xml.objects import words
from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import Lines, Relation, XmlObject, empty, fields
from local.intacct_simulator.xml.objects.parts import (
    DIMENSIONS,
    DIMENSIONS_EMPTY,
)

GLBATCH = XmlObject(
    "GLBATCH",
    "journal_entry",
    fields(
        """
RECORDNO     key int
BATCHNO      number int
BATCH_TITLE  description
JOURNAL      journal.id
JOURNALKEY   journal int
ADJ          journal.is_adjustment bool
BATCH_DATE   posting_date day
REVERSEDATE  reversal_date day
MODULE       module module
REFERENCENO  reference_number
STATE        state state
REVERSEDKEY  reversed_by int
REVERSEDFROM reversal_of int
BASELOCATION base_location int
BASELOCATION_NO base_location.id
BASELOCATION_NAME base_location.name
MODIFIED     modified_at at
MODIFIEDBYID modified_by.id
USERINFO.LOGINID created_by.id
USERKEY      created_by int
LOCATIONKEY  base_location int
SUPDOCID     attachment.id
"""
        + AUDIT,
        {"state": words.LEDGER_STATE, "module": words.MODULE},
    )
    | empty(
        "BALANCE CHILDENTITY REVERSED PRBATCHKEY TAXIMPLICATIONS TAXSOLUTIONID RECORD_URL "
        "HISTORY_COMMENT TRANSACTIONSOURCE VATVENDORID VATCUSTOMERID VATCONTACTID"
    ),
    relations={"JOURNAL": Relation("JOURNAL", "journal")},
    lines=Lines("ENTRIES", "glentry", "GLENTRY"),
    can_write=True,
)

GLENTRY = XmlObject(
    "GLENTRY",
    "journal_entry_line",
    fields(
        """
RECORDNO    key int
BATCHNO     parent int
BATCHTITLE  parent.description
LINE_NO     line_number int
TR_TYPE     side side
AMOUNT      base_amount num
TRX_AMOUNT  amount num
ACCOUNTNO   account.id
ACCOUNTKEY  account int
CURRENCY    currency
EXCHANGE_RATE exchange_rate num
EXCH_RATE_DATE exchange_rate_date day
EXCH_RATE_TYPE_ID exchange_rate_type
DEPARTMENT  department.id
DEPARTMENTTITLE department.name
BASECURR    base_currency
WAREHOUSENAME warehouse.name
WAREHOUSEDIMKEY warehouse int
TASKNAME    task.name
TASKDIMKEY  task int
LOCATION    location.id
DESCRIPTION memo
DOCUMENT    document
ENTRY_DATE  parent.posting_date day
STATE       parent.state state
"""
        + DIMENSIONS
        + AUDIT,
        {"side": words.SIDE, "state": words.LEDGER_STATE},
    )
    | empty(f"{DIMENSIONS_EMPTY} BILLABLE ALLOCATION ALLOCATIONKEY CLEARED"),
    relations={"GLBATCH": Relation("GLBATCH", "parent")},
)

GLDETAIL = XmlObject(
    "GLDETAIL",
    "gl_detail",
    fields(
        """
RECORDNO    key int
ENTRY_DATE  entry_date day
BATCH_DATE  entry_date day
ACCOUNTNO   account.id
ACCOUNTKEY  account int
ACCOUNTTITLE account.name
TR_TYPE     @ledger_side
AMOUNT      @ledger_amount num
TRX_AMOUNT  @ledger_txn_amount num
DEBITAMOUNT @ledger_debit num
CREDITAMOUNT @ledger_credit num
CURRENCY    currency
BASECURR    base_currency
BOOKID      @book
MODULEKEY   module module
BATCH_NO    origin_key int
RECORDKEY   origin_key int
SYMBOL      journal
DESCRIPTION memo
"""
        + DIMENSIONS
        + AUDIT,
        {"module": words.MODULE},
    )
    | empty(DIMENSIONS_EMPTY),
    entity_field="entity_location",
)

AUDITHISTORY = XmlObject(
    "AUDITHISTORY",
    "audit_history",
    fields(
        """
ID         key int
RECORDNO   key int
OBJECTKEY  @audit_key
OBJECTTYPE @audit_type
ACCESSTIME at at
ACCESSMODE action mode
USERID     user
SOURCE     source
""",
        {"mode": words.ACCESS_MODE},
    )
    | empty("IPADDRESS WORKFLOWACTION"),
    id_field="ID",
)
