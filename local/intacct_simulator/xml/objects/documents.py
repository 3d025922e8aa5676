"""Orders, receivables and the ledger: names of XML reference §13 over the books' tables."""

from __future__ import annotations

from local.intacct_simulator.xml.objects import words
from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import Lines, Relation, XmlObject, empty, fields

# WHENCREATED of a document is its date, chosen by the user (§11.1); AUWHENCREATED is the true one.
_AUDIT = AUDIT.replace("WHENCREATED    created_at   at\n", "", 1)
_DIMENSIONS = """
LOCATIONID     location.id
LOCATIONNAME   location.name
LOCATIONKEY    location int
DEPARTMENTID   department.id
DEPARTMENTNAME department.name
DEPARTMENTKEY  department int
CLASSID        class.id
CLASSNAME      class.name
CUSTOMERID     customer.id
ITEMID         item.id
PROJECTID      project.id
WAREHOUSEID    warehouse.id
"""
_DIMENSIONS_EMPTY = "VENDORID EMPLOYEEID CONTRACTID TASKID COSTTYPEID"
_RATES = """
BASECURR         base_currency
CURRENCY         currency
EXCH_RATE_DATE   exchange_rate_date day
EXCH_RATE_TYPE_ID exchange_rate_type
EXCHANGE_RATE    exchange_rate num
"""
_CONTACTS = {
    "CONTACT": Relation("CONTACT", "customer.contact_default"),
    "BILLTO": Relation("CONTACT", "contact_bill_to"),
    "SHIPTO": Relation("CONTACT", "contact_ship_to"),
    "CUSTOMER": Relation("CUSTOMER", "customer"),
}

SODOCUMENT = XmlObject(
    "SODOCUMENT",
    "sales_document",
    fields(
        """
RECORDNO     key int
DOCID        id
DOCNO        document_number
DOCPARID     definition.id
DOCPARKEY    definition int
DOCPARCLASS  definition.category
STATE        state state
CLOSED       @is_closed bool
CUSTVENDID   customer.id
CUSTVENDNAME customer.name
CUSTVENDKEY  customer int
WHENCREATED  txn_date day
WHENDUE      due_date day
WHENPOSTED   posting_date day
PONUMBER     reference_number
CUSTOMERPONUMBER customer_po_number
MESSAGE      memo
NOTE         notes
SHIPVIA      shipping_method.id
TRACKINGNUMBER tracking_number
TERM.NAME    term.id
BASECURR     base_currency
CURRENCY     currency
EXCHRATEDATE exchange_rate_date day
EXCHRATE     exchange_rate num
SUBTOTAL     base_subtotal num
TOTAL        base_total num
TRX_SUBTOTAL subtotal num
TRX_TOTALAMOUNT total num
TOTALENTERED base_total num
TOTALPAID    ~total_paid num
TOTALDUE     ~total_due num
PAYMENTSTATUS ~payment_status
CREATEDFROM  source_document.id
PRRECORDKEY  @sub_ledger_key int
PROJECT      project.id
PROJECTKEY   project int
EXTERNALID   external_id
"""
        + _AUDIT,
        {"state": words.SALES_STATE},
    )
    | empty("VENDORDOCNO STATUS EXCHRATETYPES.NAME SUPDOCID RECORD_URL PRINTED BACKORDER"),
    id_field="DOCID",
    relations=_CONTACTS,
    lines=Lines("SODOCUMENTENTRIES", "sodocumententry", "SODOCUMENTENTRY"),
)

SODOCUMENTENTRY = XmlObject(
    "SODOCUMENTENTRY",
    "sales_document_line",
    fields(
        """
RECORDNO    key int
DOCHDRNO    parent int
DOCHDRID    parent.id
DOCNO       parent.document_number
LINE_NO     line_number int
ITEMNAME    item.name
ITEMDESC    description
QUANTITY    unit_quantity num
UIQTY       unit_quantity num
UNIT        unit
PRICE       unit_price num
UIPRICE     unit_price num
TRX_PRICE   unit_price num
TOTAL       base_amount num
UIVALUE     amount num
TRX_VALUE   amount num
DISCOUNTPERCENT discount_percent num
MEMO        memo
QTY_CONVERTED quantity_converted num
QTY_REMAINING quantity_remaining num
SOURCE_DOCID source_document.id
SOURCE_DOCKEY source_document int
SOURCE_DOCLINEKEY source_line int
WAREHOUSE.LOCATION_NO warehouse.id
"""
        + _DIMENSIONS
        + AUDIT,
    )
    | empty(_DIMENSIONS_EMPTY),
    relations={"SODOCUMENT": Relation("SODOCUMENT", "parent")},
)

INVDOCUMENT = XmlObject(
    "INVDOCUMENT",
    "inventory_document",
    fields(
        """
RECORDNO    key int
DOCID       id
DOCNO       document_number
DOCPARID    definition.id
STATE       state state
WHENCREATED txn_date day
PONUMBER    reference_number
MESSAGE     memo
"""
        + _AUDIT,
        {"state": words.SALES_STATE},
    )
    | empty("TOTAL CREATEDFROM STATUS"),
    id_field="DOCID",
    lines=Lines("INVDOCUMENTENTRIES", "invdocumententry", "INVDOCUMENTENTRY"),
)

INVDOCUMENTENTRY = XmlObject(
    "INVDOCUMENTENTRY",
    "inventory_document_line",
    fields(
        """
RECORDNO  key int
DOCHDRNO  parent int
DOCHDRID  parent.id
LINE_NO   line_number int
QUANTITY  unit_quantity num
UNIT      unit
COST      unit_cost num
MEMO      memo
"""
        + _DIMENSIONS
        + AUDIT,
    )
    | empty(_DIMENSIONS_EMPTY),
)

_DOCUMENT = """
RECORDNO      key int
STATE         state state
CUSTOMERID    customer.id
CUSTOMERNAME  customer.name
CUSTOMERKEY   customer int
DESCRIPTION   description
WHENPOSTED    posting_date day
TOTALENTERED  base_total num
TRX_TOTALENTERED total num
"""
_SETTLED = """
TOTALPAID     base_paid num
TRX_TOTALPAID paid num
TOTALDUE      ~base_due num
TRX_TOTALDUE  ~due num
WHENPAID      paid_date day
MODULEKEY     module module
"""
_RECEIVABLE = {"state": words.RECEIVABLE_STATE, "module": words.MODULE}
_RECEIVABLE_EMPTY = """
DESCRIPTION2 WHENDISCOUNT TOTALSELECTED TRX_TOTALSELECTED PRBATCH PRBATCHKEY SYSTEMGENERATED
DUE_IN_DAYS TAXSOLUTIONID TAXMETHOD RETAINAGEPERCENTAGE TRX_TOTALRETAINED TRX_TOTALRELEASED
TOTALRETAINED SUPDOCID CUSTMESSAGEID CUSTMESSAGE.MESSAGE SHIPTO.TAXGROUP.NAME SHIPTO.TAXID
SHIPTO.TAXGROUP.RECORDNO RECORD_URL
"""

ARINVOICE = XmlObject(
    "ARINVOICE",
    "ar_invoice",
    fields(
        "RECORDID invoice_number\nDOCNUMBER reference_number\nTERMNAME term.id\n"
        "WHENCREATED invoice_date day\nWHENDUE due_date day\nRECORDTYPE @type_of_invoice\n"
        "BILLTOPAYTOCONTACTNAME contact_bill_to.id\nSHIPTORETURNTOCONTACTNAME contact_ship_to.id\n"
        + _DOCUMENT
        + _SETTLED
        + _RATES
        + _AUDIT,
        _RECEIVABLE,
    )
    | empty(_RECEIVABLE_EMPTY),
    relations=_CONTACTS,
    lines=Lines("ARINVOICEITEMS", "arinvoiceitem", "ARINVOICEITEM"),
)

_ITEM = """
RECORDNO      key int
RECORDKEY     parent int
LINE_NO       line_number int
ACCOUNTKEY    account int
ACCOUNTNO     account.id
ACCOUNTTITLE  account.name
OFFSETGLACCOUNTNO offset_account.id
AMOUNT        base_amount num
TRX_AMOUNT    amount num
ENTRYDESCRIPTION memo
CURRENCY      parent.currency
BASECURR      parent.base_currency
EXCHANGE_RATE parent.exchange_rate num
STATE         parent.state state
"""
_ITEM_EMPTY = f"LINEITEM ACCOUNTLABEL SUBTOTAL PARENTENTRY RECORDTYPE {_DIMENSIONS_EMPTY}"

ARINVOICEITEM = XmlObject(
    "ARINVOICEITEM",
    "ar_invoice_line",
    fields(
        _ITEM + "TOTALPAID ~paid num\nENTRY_DATE parent.invoice_date day\n" + _DIMENSIONS + AUDIT,
        _RECEIVABLE,
    )
    | empty(_ITEM_EMPTY),
    relations={"ARINVOICE": Relation("ARINVOICE", "parent")},
)

ARADJUSTMENT = XmlObject(
    "ARADJUSTMENT",
    "ar_adjustment",
    fields(
        "RECORDID adjustment_number\nDOCNUMBER document_number\n"
        "WHENCREATED adjustment_date day\nRECORDTYPE @type_of_adjustment\n"
        + _DOCUMENT
        + _SETTLED
        + _RATES
        + _AUDIT,
        _RECEIVABLE,
    )
    | empty(_RECEIVABLE_EMPTY),
    relations=_CONTACTS,
    lines=Lines("ARADJUSTMENTITEMS", "aradjustmentitem", "ARADJUSTMENTITEM"),
)

ARADJUSTMENTITEM = XmlObject(
    "ARADJUSTMENTITEM",
    "ar_adjustment_line",
    fields(_ITEM + "ENTRY_DATE parent.adjustment_date day\n" + _DIMENSIONS + AUDIT, _RECEIVABLE)
    | empty(_ITEM_EMPTY),
    relations={"ARADJUSTMENT": Relation("ARADJUSTMENT", "parent")},
)

_MONEY = {"state": words.PAYMENT_STATE, "method": words.PAYMENT_METHOD}
_PLACE = """
FINANCIALENTITY bank_account.id
UNDEPOSITEDACCOUNTNO undeposited_account.id
PAYMENTMETHOD payment_method method
RECEIPTDATE   receipt_date day
PAYMENTDATE   payment_date day
WHENCREATED   receipt_date day
"""

ARADVANCE = XmlObject(
    "ARADVANCE",
    "ar_advance",
    fields(
        "RECORDID advance_number\nDOCNUMBER reference_number\nTOTALAPPLIED applied num\n"
        "TOTALDUE ~available num\nTRX_TOTALDUE ~available num\n"
        + _DOCUMENT
        + _PLACE
        + _RATES
        + _AUDIT,
        _MONEY,
    )
    | empty("PRBATCH PRBATCHKEY ACTION SUPDOCID"),
    lines=Lines("ARADVANCEITEMS", "aradvanceitem", "ARADVANCEITEM"),
    can_write=True,
)

ARADVANCEITEM = XmlObject(
    "ARADVANCEITEM",
    "ar_advance_line",
    fields(_ITEM + _DIMENSIONS + AUDIT, _MONEY) | empty(_ITEM_EMPTY),
    relations={"ARADVANCE": Relation("ARADVANCE", "parent")},
)

ARPYMT = XmlObject(
    "ARPYMT",
    "ar_payment",
    fields(
        "RECORDID @payment_number\nDOCNUMBER document_number\nPAYERNAME payer_name\n"
        "OVERPAYMENTAMOUNT overpayment_amount num\n"
        "OVERPAYMENTLOCATIONID overpayment_location.id\n"
        "OVERPAYMENTDEPARTMENTID overpayment_department.id\n"
        + _DOCUMENT
        + _PLACE
        + _RATES
        + _AUDIT,
        _MONEY,
    )
    | empty("PRBATCH PRBATCHKEY ACTION SUPDOCID AMOUNTTOPAY TRX_AMOUNTTOPAY"),
    lines=Lines("ARPYMTDETAILS", "arpymtdetail", "ARPYMTDETAIL"),
    can_write=True,
)

ARPYMTDETAIL = XmlObject(
    "ARPYMTDETAIL",
    "ar_payment_detail",
    fields(
        """
RECORDNO      key int
PAYMENTKEY    parent int
RECORDKEY     invoice int
ENTRYKEY      invoice_line int
POSADJKEY     positive_adjustment int
TRX_PAYMENTAMOUNT payment_amount num
ADJUSTMENTKEY adjustment int
TRX_ADJUSTMENTAMOUNT adjustment_amount num
ADVANCEKEY    advance int
TRX_POSTEDADVANCEAMOUNT advance_amount num
OVERPAYMENTKEY overpayment int
TRX_POSTEDOVERPAYMENTAMOUNT overpayment_amount num
NEGATIVEINVOICEKEY negative_invoice int
TRX_NEGATIVEINVOICEAMOUNT negative_invoice_amount num
INLINEKEY     inline_invoice int
TRX_INLINEAMOUNT inline_amount num
"""
        + AUDIT
    )
    | empty("POSADJENTRYKEY ADJUSTMENTENTRYKEY ADVANCEENTRYKEY DISCOUNTDATE"),
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
"""
        + AUDIT,
        {"state": words.LEDGER_STATE, "module": words.MODULE},
    )
    | empty(
        "BALANCE CHILDENTITY REVERSED PRBATCHKEY TAXIMPLICATIONS TAXSOLUTIONID RECORD_URL "
        "HISTORY_COMMENT SUPDOCID TRANSACTIONSOURCE VATVENDORID VATCUSTOMERID VATCONTACTID"
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
LOCATION    location.id
DESCRIPTION memo
DOCUMENT    document
ENTRY_DATE  parent.posting_date day
STATE       parent.state state
"""
        + _DIMENSIONS
        + AUDIT,
        {"side": words.SIDE, "state": words.LEDGER_STATE},
    )
    | empty(f"{_DIMENSIONS_EMPTY} BILLABLE ALLOCATION ALLOCATIONKEY CLEARED"),
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
        + _DIMENSIONS
        + AUDIT,
        {"module": words.MODULE},
    )
    | empty(_DIMENSIONS_EMPTY),
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
