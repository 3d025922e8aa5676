"""Order Entry and Inventory Control: names of XML reference §13.1 and §13.5 over the books."""

from __future__ import annotations

from local.intacct_simulator.xml.objects import words
from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import Lines, Relation, XmlObject, empty, fields
from local.intacct_simulator.xml.objects.parts import (
    CONTACTS,
    DIMENSIONS,
    DIMENSIONS_EMPTY,
    DOCUMENT_AUDIT,
)

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
TRX_TOTAL    total num
TRX_TOTALENTERED total num
TERMKEY      term int
SHIPVIAKEY   shipping_method int
CONTACTKEY   customer.contact_default int
SHIPTOKEY    contact_ship_to int
BILLTOKEY    contact_bill_to int
PROJECTNAME  project.name
SOURCEDOCKEY source_document int
EXCH_RATE_TYPE_ID exchange_rate_type
USERID       created_by.id
CREATEDUSERID created_by.id
TOTALENTERED base_total num
TOTALPAID    ~total_paid num
TOTALDUE     ~total_due num
PAYMENTSTATUS ~payment_status
CREATEDFROM  source_document.id
PRRECORDKEY  @sub_ledger_key int
PROJECT      project.id
PROJECTKEY   project int
EXTERNALID   external_id
SUPDOCID     attachment.id
"""
        + DOCUMENT_AUDIT,
        {"state": words.SALES_STATE},
    )
    | empty("VENDORDOCNO STATUS EXCHRATETYPES.NAME RECORD_URL PRINTED BACKORDER"),
    id_field="DOCID",
    relations=CONTACTS,
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
DOCPARID    parent.definition.id
STATE       parent.state state
CURRENCY    parent.currency
BASECURR    parent.base_currency
EXCHRATE    parent.exchange_rate num
EXCHRATEDATE parent.exchange_rate_date day
LINETOTAL   base_amount num
TRX_LINETOTAL amount num
ITEM.ITEMTYPE item.item_type type
ITEM.TAXABLE item.is_taxable bool
ITEMGLGROUP item.gl_group.id
WAREHOUSE.NAME warehouse.name
SOURCEDOCID source_document.id
PROJECTKEY  project int
TASKNAME    task.name
DEPTKEY     department int
"""
        + DIMENSIONS
        + AUDIT,
        {"state": words.SALES_STATE, "type": words.ITEM_TYPE},
    )
    | empty(DIMENSIONS_EMPTY),
    relations={"SODOCUMENT": Relation("SODOCUMENT", "parent")},
)

SODOCUMENTSUBTOTALS = XmlObject(
    "SODOCUMENTSUBTOTALS",
    "sales_document_subtotal",
    fields(
        """
RECORDNO    key int
DOCHDRNO    parent int
DOCHDRID    parent.id
LINE_NO     line_number int
DOCPARID    parent.definition.id
DESCRIPTION description
ABSVAL      absolute num
PERCENTVAL  percent num
TOTAL       base_amount num
TRX_ABSVAL  absolute num
TRX_TOTAL   amount num
GLACCOUNT   account.id
"""
        + DIMENSIONS
        + AUDIT,
    )
    | empty(DIMENSIONS_EMPTY),
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
DOCPARKEY   definition int
DOCPARCLASS definition.category
USERID      created_by.id
STATE       state state
WHENCREATED txn_date day
PONUMBER    reference_number
MESSAGE     memo
CREATEDFROM created_from
EXTERNALID  external_id
"""
        + DOCUMENT_AUDIT,
        {"state": words.SALES_STATE},
    )
    | empty("TOTAL STATUS"),
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
ITEMDESC  description
SOURCE_DOCLINEKEY source_line int
UIQTY     unit_quantity num
DOCPARID  parent.definition.id
STATE     parent.state state
ITEM.ITEMTYPE item.item_type type
WAREHOUSE.NAME warehouse.name
WAREHOUSE.LOCATION_NO warehouse.id
WAREHOUSEDIMKEY warehouse int
PROJECTKEY project int
TASKNAME  task.name
"""
        + DIMENSIONS
        + AUDIT,
        {"state": words.SALES_STATE, "type": words.ITEM_TYPE},
    )
    | empty(DIMENSIONS_EMPTY),
)

AVAILABLEINVENTORY = XmlObject(
    "AVAILABLEINVENTORY",
    "stock",
    fields(
        """
RECORDNO     key int
ITEMKEY      item int
ITEMID       item.id
WAREHOUSEKEY warehouse int
WAREHOUSEID  warehouse.id
QUANTITYLEFT quantity num
"""
    )
    | empty("BINKEY LOTNO SERIALNO EXPIRATIONDATE"),
)

_PLACE = """
RECORDNO    key int
ITEMID      item.id
ITEMNAME    item.name
WAREHOUSEID warehouse.id
"""
# Stock levels are one figure for an item and a warehouse; no object of them is written (§12.4).
STOCK = [
    XmlObject(
        "ITEMWAREHOUSEINFO",
        "stock",
        fields(f"{_PLACE}QUANTITYONHAND quantity num\nAVERAGE_COST average_cost num\n")
        | empty("STANDARD_COST LAST_COST REORDER_POINT REORDER_QTY STATUS"),
    ),
    XmlObject(
        "AVAILABLEINVENTORY",
        "stock",
        fields(f"{_PLACE}QUANTITYLEFT quantity num\n") | empty("BINKEY LOTNO EXPIRATIONDATE"),
    ),
    XmlObject(
        "INVENTORYTOTALDETAIL",
        "stock",
        fields(f"{_PLACE}TOTALNAME @on_hand\nQUANTITY quantity num\nUNIT item.unit\n")
        | empty("DOCUMENTID"),
    ),
]

ICTRANSFER = XmlObject(
    "ICTRANSFER",
    "warehouse_transfer",
    fields(
        """
RECORDNO     key int
DOCNO        document_number
TRANSACTIONDATE transfer_date day
REFERENCENO  reference_number
DESCRIPTION  description
TRANSFERTYPE transfer_type how
OUTDATE      out_date day
INDATE       in_date day
EXCH_RATE_TYPE_ID exchange_rate_type
EXCH_RATE_DATE exchange_rate_date day
EXCHANGE_RATE exchange_rate num
STATE        state state
"""
        + DOCUMENT_AUDIT,
        {"how": words.TRANSFER_TYPE, "state": words.LEDGER_STATE},
    ),
    lines=Lines("ICTRANSFERITEMS", "ictransferitem", "ICTRANSFERITEM"),
    can_write=True,
)

ICTRANSFERITEM = XmlObject(
    "ICTRANSFERITEM",
    "warehouse_transfer_line",
    fields(
        """
RECORDNO  key int
TRANSFERKEY parent int
LINE_NO   line_number int
IN_OUT    direction direction
QUANTITY  quantity num
UNIT      unit
MEMO      memo
"""
        + DIMENSIONS
        + AUDIT,
        {"direction": words.DIRECTION},
    )
    | empty(DIMENSIONS_EMPTY),
)

ITEMCOMPONENT = XmlObject(
    "ITEMCOMPONENT",
    "kit_component",
    fields(
        """
RECORDNO    key int
ITEMKEY     parent int
ITEMID      parent.id
COMPONENTKEY component int
COMPONENTID component.id
QUANTITY    quantity num
LINENO      line_number int
"""
        + AUDIT
    ),
)
