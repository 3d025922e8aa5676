"""Accounts Receivable: names of XML reference §13.2 to §13.4 over the books."""

from __future__ import annotations

from local.intacct_simulator.xml.objects import words
from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import Lines, Relation, XmlObject, empty, fields
from local.intacct_simulator.xml.objects.parts import (
    CONTACTS,
    DIMENSIONS,
    DIMENSIONS_EMPTY,
    DOCUMENT_AUDIT,
    RATES,
)

_DOCUMENT = """
RECORDNO      key int
STATE         state state
CUSTOMERID    customer.id
CUSTOMERNAME  customer.name
CUSTOMERKEY   customer int
DESCRIPTION   description
WHENPOSTED    posting_date day
SUPDOCID      attachment.id
PRBATCH       summary
PRBATCHKEY    summary_key int
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
DESCRIPTION2 WHENDISCOUNT TOTALSELECTED TRX_TOTALSELECTED SYSTEMGENERATED
DUE_IN_DAYS TAXSOLUTIONID TAXMETHOD RETAINAGEPERCENTAGE TRX_TOTALRETAINED TRX_TOTALRELEASED
TOTALRETAINED CUSTMESSAGEID CUSTMESSAGE.MESSAGE SHIPTO.TAXGROUP.NAME SHIPTO.TAXID
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
        + RATES
        + DOCUMENT_AUDIT,
        _RECEIVABLE,
    )
    | empty(_RECEIVABLE_EMPTY),
    relations=CONTACTS,
    lines=Lines("ARINVOICEITEMS", "arinvoiceitem", "ARINVOICEITEM"),
)

_ITEM = """
RECORDNO      key int
RECORDKEY     parent int
LINE_NO       line_number int
ACCOUNTKEY    account int
ACCOUNTNO     account.id
ACCOUNTTITLE  account.name
OFFSETACCOUNTKEY offset_account int
OFFSETGLACCOUNTNO offset_account.id
AMOUNT        base_amount num
TRX_AMOUNT    amount num
ENTRYDESCRIPTION memo
CURRENCY      parent.currency
BASECURR      parent.base_currency
EXCHANGE_RATE parent.exchange_rate num
STATE         parent.state state
"""
_ITEM_EMPTY = f"LINEITEM ACCOUNTLABEL SUBTOTAL PARENTENTRY RECORDTYPE {DIMENSIONS_EMPTY}"

ARINVOICEITEM = XmlObject(
    "ARINVOICEITEM",
    "ar_invoice_line",
    fields(
        _ITEM + "TOTALPAID ~paid num\nENTRY_DATE parent.invoice_date day\n" + DIMENSIONS + AUDIT,
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
        + RATES
        + DOCUMENT_AUDIT,
        _RECEIVABLE,
    )
    | empty(_RECEIVABLE_EMPTY),
    relations=CONTACTS,
    lines=Lines("ARADJUSTMENTITEMS", "aradjustmentitem", "ARADJUSTMENTITEM"),
)

ARADJUSTMENTITEM = XmlObject(
    "ARADJUSTMENTITEM",
    "ar_adjustment_line",
    fields(_ITEM + "ENTRY_DATE parent.adjustment_date day\n" + DIMENSIONS + AUDIT, _RECEIVABLE)
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
        + RATES
        + DOCUMENT_AUDIT,
        _MONEY,
    )
    | empty("ACTION"),
    lines=Lines("ARADVANCEITEMS", "aradvanceitem", "ARADVANCEITEM"),
    can_write=True,
)

ARADVANCEITEM = XmlObject(
    "ARADVANCEITEM",
    "ar_advance_line",
    fields(_ITEM + DIMENSIONS + AUDIT, _MONEY) | empty(_ITEM_EMPTY),
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
        + RATES
        + DOCUMENT_AUDIT,
        _MONEY,
    )
    | empty("ACTION AMOUNTTOPAY TRX_AMOUNTTOPAY"),
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
POSADJENTRYKEY positive_adjustment_line int
ADJUSTMENTENTRYKEY adjustment_line int
ADVANCEENTRYKEY advance_line int
OVERPAYMENTENTRYKEY overpayment_line int
NEGATIVEINVOICEENTRYKEY negative_invoice_line int
TRX_TOTALDISCOUNTTOAPPLY total_discount num
DISCOUNTDATE  discount_date day
INLINEKEY     inline_invoice int
INLINEENTRYKEY inline_line int
TRX_INLINEAMOUNT inline_amount num
"""
        + AUDIT
    ),
)

DEPOSIT = XmlObject(
    "DEPOSIT",
    "deposit",
    fields(
        """
RECORDNO     key int
RECORDID     deposit_id
FINANCIALENTITY bank_account.id
BANKACCOUNTID bank_account.id
WHENCREATED  deposit_date day
DESCRIPTION  description
TOTALENTERED total num
STATE        state state
SUPDOCID     attachment.id
"""
        + DOCUMENT_AUDIT,
        {"state": words.RECEIVABLE_STATE},
    ),
)
