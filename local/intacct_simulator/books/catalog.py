"""What objects the books hold: required fields, references, unique fields, defaults, words.

A reference field holds the key (int) of the record it names; on input an int is a key and a text
is an id. Lines are objects of their own with `parent` (key of the owner) and `line_number`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DIMENSIONS: Mapping[str, str] = {
    "location": "location",
    "department": "department",
    "class": "class",
    "customer": "customer",
    "item": "item",
    "warehouse": "warehouse",
    "project": "project",
}

STATUS = frozenset({"active", "inactive"})
PAYMENT_METHODS = frozenset(
    {
        "printedCheck",
        "creditCard",
        "eft",
        "cash",
        "onlineChargeCard",
        "onlineAchDebit",
        "paymentAcceptanceService",
        "recordTransfer",
    }
)


@dataclass(frozen=True)
class ObjectType:
    """One kind of record; `natural_id` tells that people choose its `id`, else id equals key."""

    name: str
    label: str
    required: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    amounts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    line_type: str = ""
    parent_type: str = ""
    natural_id: bool = False


def _master(
    name: str,
    label: str = "",
    *,
    required: tuple[str, ...] = ("id", "name"),
    references: Mapping[str, str] | None = None,
    defaults: Mapping[str, object] | None = None,
    words: Mapping[str, frozenset[str]] | None = None,
    amounts: tuple[str, ...] = (),
) -> ObjectType:
    return ObjectType(
        name,
        label or name,
        required=required,
        references=references or {},
        unique=("id",),
        defaults={"status": "active", **(defaults or {})},
        words={"status": STATUS, **(words or {})},
        amounts=amounts,
        natural_id=True,
    )


_DOCUMENT_CONTACTS = {
    "contact_primary": "contact",
    "contact_bill_to": "contact",
    "contact_ship_to": "contact",
}
_RATE = ("exchange_rate",)

_MASTERS = [
    _master("location", references={"parent": "location"}),
    _master("department", references={"parent": "department"}),
    _master("class", references={"parent": "class"}),
    _master("project", references={"parent": "project", "customer": "customer"}),
    _master("user", required=("id",)),
    _master("term", required=("id",)),
    _master("contact", required=("id", "print_as")),
    _master("unit", "unit of measure", required=("id",)),
    _master(
        "customer",
        required=("id", "name"),
        references={
            "parent": "customer",
            "term": "term",
            "contact_default": "contact",
            "contact_primary": "contact",
            "contact_bill_to": "contact",
            "contact_ship_to": "contact",
            "default_revenue_account": "account",
            "override_offset_account": "account",
            "customer_type": "customer_type",
            "territory": "territory",
            "shipping_method": "shipping_method",
        },
        words={
            "delivery_options": frozenset({"print", "email", "both"}),
            "restriction": frozenset({"unrestricted", "rootOnly", "restricted"}),
            "override_price_list": frozenset({"customer", "billingContact", "shippingContact"}),
        },
        defaults={"is_on_hold": False, "is_one_time_use": False, "restriction": "unrestricted"},
        amounts=("credit_limit", "discount_percent"),
    ),
    _master("customer_type", "customer type", required=("id",)),
    _master("vendor"),
    _master("employee", required=("id",)),
    _master("folder", required=("id",)),
    _master("territory", required=("id",)),
    _master("shipping_method", "shipping method", required=("id",)),
    _master(
        "item",
        required=("id", "name", "item_type"),
        references={"gl_group": "item_gl_group"},
        defaults={"item_type": "nonInventory"},
        words={
            "item_type": frozenset(
                {
                    "inventory",
                    "nonInventory",
                    "nonInventoryPurchaseOnly",
                    "nonInventorySalesOnly",
                    "kit",
                    "stockableKit",
                }
            ),
            "cost_method": frozenset({"standard", "average", "FIFO", "LIFO"}),
        },
        amounts=("base_price", "standard_cost", "shipping_weight"),
    ),
    _master(
        "item_gl_group",
        "item GL group",
        required=("id",),
        references={"revenue_account": "account", "returns_account": "account"},
    ),
    _master("warehouse", references={"location": "location", "parent": "warehouse"}),
    _master(
        "account",
        "account number",
        references={"close_to_account": "account"},
        defaults={
            "account_type": "balanceSheet",
            "closing_type": "nonClosingAccount",
            "normal_balance": "debit",
            "disallow_direct_posting": False,
            "is_taxable": False,
        },
        words={
            "account_type": frozenset({"balanceSheet", "incomeStatement", "statistical"}),
            "normal_balance": frozenset({"debit", "credit"}),
            "closing_type": frozenset({"nonClosingAccount", "closingAccount", "closedToAccount"}),
        },
    ),
    _master(
        "journal",
        defaults={
            "book_type": "accrual",
            "is_adjustment": False,
            "is_statistical": False,
            "disallow_direct_posting": False,
        },
    ),
    _master(
        "bank_account",
        "financial entity",
        references={"account": "account", "location": "location"},
    ),
    _master(
        "txn_definition",
        "transaction definition",
        required=("id",),
        words={
            "module": frozenset({"orderEntry", "inventoryControl"}),
            "posting": frozenset({"none", "invoice", "return"}),
        },
    ),
    _master("reporting_period", "reporting period", required=("id", "start_date", "end_date")),
]

_ATTACHED = {"attachment": "attachment"}
_LINE_REFERENCES = {"account": "account", "offset_account": "account", **DIMENSIONS}

_DOCUMENTS = [
    ObjectType(
        "attachment",
        "attachment",
        required=("id", "folder"),
        references={"folder": "folder"},
        unique=("id",),
        defaults={"status": "active"},
        words={"status": STATUS},
        line_type="attachment_file",
        natural_id=True,
    ),
    ObjectType(
        "attachment_file",
        "attached file",
        required=("name", "data"),
        parent_type="attachment",
    ),
    ObjectType(
        "sales_document",
        "document",
        required=("definition", "customer", "txn_date"),
        references={
            "definition": "txn_definition",
            "customer": "customer",
            "term": "term",
            "project": "project",
            "source_document": "sales_document",
            "shipping_method": "shipping_method",
            **_DOCUMENT_CONTACTS,
            **_ATTACHED,
        },
        amounts=_RATE,
        dates=("txn_date", "due_date", "posting_date", "exchange_rate_date"),
        line_type="sales_document_line",
        natural_id=True,
    ),
    ObjectType(
        "sales_document_line",
        "document line",
        required=("item", "unit", "unit_quantity"),
        references={
            **DIMENSIONS,
            "source_document": "sales_document",
            "source_line": "sales_document_line",
        },
        amounts=("unit_quantity", "unit_price", "discount_percent"),
        parent_type="sales_document",
    ),
    ObjectType(
        "ar_invoice",
        "invoice",
        required=("customer", "invoice_date"),
        references={"customer": "customer", "term": "term", **_DOCUMENT_CONTACTS, **_ATTACHED},
        unique=("invoice_number",),
        amounts=_RATE,
        dates=("invoice_date", "due_date", "posting_date", "exchange_rate_date"),
        line_type="ar_invoice_line",
    ),
    ObjectType(
        "ar_invoice_line",
        "invoice line",
        required=("account", "amount"),
        references=_LINE_REFERENCES,
        amounts=("amount",),
        parent_type="ar_invoice",
    ),
    ObjectType(
        "ar_adjustment",
        "adjustment",
        required=("customer", "adjustment_date"),
        references={"customer": "customer", **_DOCUMENT_CONTACTS, **_ATTACHED},
        unique=("adjustment_number",),
        amounts=_RATE,
        dates=("adjustment_date", "posting_date", "exchange_rate_date"),
        line_type="ar_adjustment_line",
    ),
    ObjectType(
        "ar_adjustment_line",
        "adjustment line",
        required=("account", "amount"),
        references=_LINE_REFERENCES,
        amounts=("amount",),
        parent_type="ar_adjustment",
    ),
    ObjectType(
        "ar_advance",
        "advance",
        required=("customer", "receipt_date", "payment_method"),
        references={
            "customer": "customer",
            "bank_account": "bank_account",
            "undeposited_account": "account",
            **_ATTACHED,
        },
        words={"payment_method": PAYMENT_METHODS},
        amounts=_RATE,
        dates=("receipt_date", "payment_date", "exchange_rate_date"),
        line_type="ar_advance_line",
    ),
    ObjectType(
        "ar_advance_line",
        "advance line",
        required=("account", "amount"),
        references=_LINE_REFERENCES,
        amounts=("amount",),
        parent_type="ar_advance",
    ),
    ObjectType(
        "ar_payment",
        "payment",
        required=("receipt_date", "payment_method"),
        references={
            "customer": "customer",
            "bank_account": "bank_account",
            "undeposited_account": "account",
            "overpayment_location": "location",
            "overpayment_department": "department",
            **_ATTACHED,
        },
        words={"payment_method": PAYMENT_METHODS},
        amounts=(*_RATE, "overpayment_amount"),
        dates=("receipt_date", "payment_date", "exchange_rate_date"),
        line_type="ar_payment_detail",
    ),
    ObjectType(
        "ar_payment_detail",
        "payment detail",
        references={
            "invoice": "ar_invoice",
            "invoice_line": "ar_invoice_line",
            "positive_adjustment": "ar_adjustment",
            "adjustment": "ar_adjustment",
            "advance": "ar_advance",
            "overpayment": "ar_payment",
            "negative_invoice": "ar_invoice",
        },
        amounts=(
            "payment_amount",
            "adjustment_amount",
            "advance_amount",
            "overpayment_amount",
            "negative_invoice_amount",
        ),
        parent_type="ar_payment",
    ),
    ObjectType(
        "customer_refund",
        "customer refund",
        required=("customer", "refund_date", "payment_method"),
        references={"customer": "customer", "bank_account": "bank_account"},
        words={"payment_method": PAYMENT_METHODS},
        amounts=_RATE,
        dates=("refund_date", "exchange_rate_date"),
        line_type="customer_refund_detail",
    ),
    ObjectType(
        "customer_refund_detail",
        "customer refund detail",
        required=("refund_amount",),
        references={
            "adjustment": "ar_adjustment",
            "advance": "ar_advance",
            "overpayment": "ar_payment",
            "negative_invoice": "ar_invoice",
        },
        amounts=("refund_amount",),
        parent_type="customer_refund",
    ),
    ObjectType(
        "journal_entry",
        "journal entry",
        required=("journal", "posting_date", "description"),
        references={"journal": "journal", "base_location": "location", **_ATTACHED},
        dates=("posting_date", "reversal_date"),
        line_type="journal_entry_line",
    ),
    ObjectType(
        "journal_entry_line",
        "journal entry line",
        required=("account", "side", "amount"),
        references=_LINE_REFERENCES,
        words={"side": frozenset({"debit", "credit"})},
        amounts=("amount", "exchange_rate"),
        dates=("exchange_rate_date",),
        parent_type="journal_entry",
    ),
    ObjectType(
        "inventory_document",
        "inventory document",
        required=("definition", "txn_date"),
        references={"definition": "txn_definition"},
        dates=("txn_date",),
        line_type="inventory_document_line",
        natural_id=True,
    ),
    ObjectType(
        "inventory_document_line",
        "inventory document line",
        required=("item", "warehouse", "unit", "unit_quantity"),
        references=DIMENSIONS,
        amounts=("unit_quantity", "unit_cost"),
        parent_type="inventory_document",
    ),
    ObjectType("gl_detail", "ledger line", references={"account": "account", **DIMENSIONS}),
    ObjectType("audit_history", "audit history row"),
    ObjectType("exchange_rate", "exchange rate", amounts=("rate",), dates=("effective_date",)),
]

TYPES: Mapping[str, ObjectType] = {kind.name: kind for kind in [*_MASTERS, *_DOCUMENTS]}
