"""Stories of masters, dimensions, stock, journals and papers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from intacct.capabilities import Action
from intacct.changes import (
    AddFiles,
    DeleteJournalEntry,
    ReplaceJournalEntry,
    UpdateCustomRecord,
    UpdateMaster,
)
from intacct.documents import (
    Contact,
    Dimensions,
    JournalLine,
    MoneyPlace,
    PostalAddress,
    Side,
)
from intacct.entries import Deposit, mirrored
from intacct.masters import (
    AttachedFile,
    CustomRecord,
    DimensionEntry,
    DimensionKind,
    Item,
    ItemType,
    KitPart,
    Warehouse,
)
from intacct.statistics import StatisticalEntry, StatisticalLine
from intacct.stock import StockDocument, StockLine, TransferLine, WarehouseTransfer
from local.intacct_simulator.seed.fill import fill
from tests.contract.actions.documents import (
    AT,
    BILL,
    CUSTOMER,
    DAY,
    ENTRY,
    FOLDER,
    LATER,
    ORDER,
    PAPERS,
    eur,
    paid,
    settled,
    usd,
)
from tests.contract.actions.stories import story
from tests.contract.actions.teller import Teller

ITEM = Item(
    "HOODIE",
    "Hoodie",
    ItemType.NON_INVENTORY,
    description="Warm",
    sales_description="A warm hoodie",
    gl_group="4000/4095",
    base_price=usd("49.00"),
    is_taxable=True,
    upc="0001",
)
OUTLET = DimensionEntry(DimensionKind.DEPARTMENT, "OUTLET", "Outlet", parent="WEB")
COUNTED = StockDocument(
    definition="Inventory Adjustment Increase",
    reference="COUNT-7",
    dated_on=DAY,
    lines=(StockLine("TEE-STOCK", "W1", Decimal(5), "Each", usd("9.00"), AT),),
    memo="Counted",
)


@story(Action.ITEM)
def sold_and_kept(teller: Teller) -> None:
    teller.create(ITEM)
    teller.create(Item("CAP-1", "Cap", ItemType.SALES_ONLY, is_active=False))
    parts = (KitPart("HOODIE", Decimal(2)), KitPart("TEE-STOCK", Decimal("0.5")))
    teller.create(Item("SET-1", "Set", ItemType.KIT, base_price=usd("90.00"), components=parts))


@story(Action.WAREHOUSE)
def at_a_location(teller: Teller) -> None:
    teller.create(Warehouse("W9", "Ninth", location="100"))


@story(Action.DIMENSION_VALUE)
def of_each_plain_dimension(teller: Teller) -> None:
    teller.create(OUTLET)
    teller.create(DimensionEntry(DimensionKind.CLASS, "VIP", "Very good", description="Gold"))
    teller.create(DimensionEntry(DimensionKind.LOCATION, "120", "Shop floor", parent="100"))
    teller.create(DimensionEntry(DimensionKind.PROJECT, "FAIR", "Fair"))


@story(Action.CUSTOM_RECORD)
def a_value_of_a_dimension_of_the_companys_own(teller: Teller) -> None:
    channel = {"name": "channel", "label": "Channel", "fields": ["code"], "is_dimension": True}
    fill(teller.company.books, {"custom_objects": [channel]})
    web = CustomRecord("channel", (("name", "Web"), ("code", "W")))
    made = teller.create(web)
    app = CustomRecord("channel", (("name", "App"), ("code", "")))
    teller.change(UpdateCustomRecord(made.key, app))
    teller.create(web)


@story(Action.CUSTOM_RECORD, a1200="70.00", a4000="-70.00", a5000="22.10", a1300="-22.10")
def custom_fields_and_a_dimension_of_the_companys_own_on_documents(teller: Teller) -> None:
    owners = ("customer", "ar_invoice", "sales_document", "item", "journal_entry")
    custom = [{"object": owner, "name": "SHOP_ORDER"} for owner in owners]
    channel = {"name": "channel", "label": "Channel", "fields": ["code"], "is_dimension": True}
    fill(teller.company.books, {"custom_fields": custom, "custom_objects": [channel]})
    shop = (("SHOP_ORDER", "77812"),)
    web = teller.create(CustomRecord("channel", (("name", "Web"), ("code", "W"))))
    here = replace(AT, custom=(("channel", web.key),))
    customer = teller.post(replace(CUSTOMER, custom=shop))
    teller.create(replace(ITEM, custom=shop))
    teller.post(replace(ORDER, custom=shop, lines=(replace(ORDER.lines[0], dimensions=here),)))
    teller.post(replace(BILL, custom=shop, lines=(replace(BILL.lines[0], dimensions=here),)))
    lines = tuple(replace(line, dimensions=here) for line in ENTRY.lines)
    teller.post(replace(ENTRY, custom=shop, lines=lines))
    other = replace(CUSTOMER, custom=(("SHOP_ORDER", ""),))
    teller.change(UpdateMaster(customer.key, other, frozenset({"custom"})))


@story(Action.ATTACHMENT)
def papers_in_a_folder(teller: Teller) -> None:
    teller.create(FOLDER)
    made = teller.create(PAPERS)
    more = (AttachedFile("label.txt", b"fragile"),)
    teller.change(AddFiles(made.key, PAPERS.id, more))


@story(Action.STOCK_DOCUMENT)
def received_counted_and_taken_out(teller: Teller) -> None:
    teller.create(replace(COUNTED, definition="Inventory Receipt", reference="RECEIPT-1"))
    teller.create(COUNTED)
    decrease = replace(COUNTED.lines[0], quantity=Decimal(2), unit_cost=None)
    teller.create(
        replace(
            COUNTED,
            definition="Inventory Adjustment Decrease",
            reference="BROKEN-1",
            lines=(decrease,),
        )
    )


@story(Action.WAREHOUSE_TRANSFER)
def from_one_warehouse_to_another(teller: Teller) -> None:
    teller.create(Warehouse("W9", "Ninth", location="100"))
    teller.create(COUNTED)
    moved = TransferLine("TEE-STOCK", Decimal(3), "Each", "W1", "W9", AT)
    teller.create(WarehouseTransfer("MOVE-1", DAY, (moved,), memo="To the shop"))


@story(Action.DEPOSIT, a1010="70.00", a4000="-70.00")
def receipts_go_to_the_bank(teller: Teller) -> None:
    teller.post(CUSTOMER)
    bill = teller.post(BILL)
    lying = MoneyPlace(undeposited_account="1030")
    payment = replace(paid("1002-PAY-ABCDEFG", "70.00", settled(bill.key, "70.00")), place=lying)
    receipt = teller.post(payment)
    teller.create(Deposit("DEP-1", LATER, "BANK", (receipt.key,), "Friday"))


@story(Action.STATISTICAL_ENTRY, aSTAT_ORDERS="12.00")
def orders_are_counted(teller: Teller) -> None:
    line = StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(12), Dimensions(location="100"))
    teller.create(StatisticalEntry("STAT-20261120", "STJ", DAY, "Orders of the day", (line,)))


@story(Action.JOURNAL_ENTRY, a5000="22.10", a1300="-22.10")
def posted_with_its_papers(teller: Teller) -> None:
    teller.create(FOLDER)
    teller.create(PAPERS)
    teller.post(replace(ENTRY, attachment=PAPERS.id))
    teller.post(replace(ENTRY, reference="GL-DRAFT", is_draft=True))


@story(Action.JOURNAL_ENTRY)
def undone_by_its_mirror_and_by_its_date(teller: Teller) -> None:
    teller.post(ENTRY)
    teller.post(mirrored(ENTRY, reference="GL-MIRROR", posted_on=LATER))
    teller.post(replace(ENTRY, reference="GL-ACCRUAL", reverses_on=LATER))


@story(Action.JOURNAL_ENTRY, a5000="10.85", a1300="-10.85")
def in_another_currency_at_the_days_rate(teller: Teller) -> None:
    lines = tuple(replace(line, amount=eur("10.00")) for line in ENTRY.lines)
    teller.post(replace(ENTRY, lines=lines))


@story(Action.GL_BATCH, a1100="75.50", a4000="-70.00", a2100_NYS="-5.50")
def the_days_journal_of_a_store(teller: Teller) -> None:
    lines = (
        JournalLine("1100", Side.DEBIT, usd("75.50"), AT),
        JournalLine("4000", Side.CREDIT, usd("70.00"), AT, "goods"),
        JournalLine("2100-NYS", Side.CREDIT, usd("5.50"), AT, "tax"),
    )
    teller.post(replace(ENTRY, reference="GL-20261120-1", lines=lines, is_batch=True))


@story(Action.REPLACE_JOURNAL_ENTRY, a5000="30.00", a1300="-30.00")
def a_draft_is_put_right_and_posted(teller: Teller) -> None:
    draft = replace(ENTRY, is_draft=True)
    made = teller.post(draft)
    lines = tuple(replace(line, amount=usd("30.00")) for line in ENTRY.lines)
    teller.change(ReplaceJournalEntry(made.key, replace(ENTRY, lines=lines, description="Counted")))


@story(Action.DELETE_JOURNAL_ENTRY)
def a_draft_that_is_not_wanted(teller: Teller) -> None:
    made = teller.post(replace(ENTRY, is_draft=True))
    teller.change(DeleteJournalEntry(made.key))


@story(Action.UPDATE_MASTER)
def a_customer(teller: Teller) -> None:
    key = teller.post(CUSTOMER).key
    moved = Contact(
        "C-1001", "Ada Ltd", email="new@example.com", address=PostalAddress("2 High St", city="LA")
    )
    changed = replace(CUSTOMER, name="Ada Ltd", contact=moved, tax_id="", is_active=False)
    fields = frozenset({"name", "contact", "tax_id", "is_active"})
    teller.change(UpdateMaster(key, changed, fields))


@story(Action.UPDATE_MASTER)
def every_other_master(teller: Teller) -> None:
    guest = Contact("GUEST-7", "Grace", email="grace@example.com", phone="555-0101")
    shelf = Warehouse("W9", "Ninth", location="100")
    for master, changed, fields in (
        (guest, replace(guest, print_as="Grace H.", phone=""), {"print_as", "phone"}),
        (ITEM, replace(ITEM, name="Hoodie 2", upc="", is_active=False),
         {"name", "upc", "is_active"}),
        (shelf, replace(shelf, name="Tenth"), {"name"}),
        (OUTLET, replace(OUTLET, name="Outlet 2", parent=""), {"name", "parent"}),
    ):  # fmt: skip
        key = teller.create(master).key
        teller.change(UpdateMaster(key, changed, frozenset(fields)))
