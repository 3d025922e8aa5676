"""What objects the books hold: required fields, references, unique fields, defaults, words."""

from __future__ import annotations

from collections.abc import Mapping

from local.intacct_simulator.books.document_types import DOCUMENTS
from local.intacct_simulator.books.object_type import DIMENSIONS, STATUS, ObjectType
from local.intacct_simulator.books.other_types import OTHERS

__all__ = ["DIMENSIONS", "TYPES", "ObjectType"]


def _master(
    name: str,
    label: str = "",
    *,
    required: tuple[str, ...] = ("id", "name"),
    references: Mapping[str, str] | None = None,
    defaults: Mapping[str, object] | None = None,
    words: Mapping[str, frozenset[str]] | None = None,
    amounts: tuple[str, ...] = (),
    line_type: str = "",
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
        line_type=line_type,
        natural_id=True,
    )


_MASTERS = [
    _master("location", references={"parent": "location"}),
    _master("department", references={"parent": "department"}),
    _master("class", references={"parent": "class"}),
    _master("project", references={"parent": "project", "customer": "customer"}),
    _master("user", required=("id",)),
    ObjectType(
        "role",
        "role",
        required=("id",),
        unique=("id",),
        defaults={"status": "active"},
        words={"status": STATUS},
        line_type="role_permission",
        natural_id=True,
    ),
    ObjectType(
        "role_permission",
        "permission of a role",
        required=("permission", "rights"),
        references={"permission": "permission"},
        parent_type="role",
    ),
    ObjectType("permission", "permission", natural_id=True),
    ObjectType(
        "role_user",
        "user of a role",
        required=("role", "user"),
        references={"role": "role", "user": "user"},
    ),
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
            "sales_representative": "employee",
            "vendor": "vendor",
            "attachment": "attachment",
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
    _master("folder", required=("id",), references={"parent": "folder"}),
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
                    "purchaseOnlyNonInventory",
                    "salesOnlyNonInventory",
                    "kit",
                    "stockableKit",
                }
            ),
            "cost_method": frozenset({"standard", "average", "FIFO", "LIFO"}),
        },
        line_type="kit_component",
        amounts=("base_price", "standard_cost", "shipping_weight"),
    ),
    _master(
        "item_gl_group",
        "item GL group",
        required=("id",),
        references={"revenue_account": "account", "returns_account": "account"},
    ),
    _master(
        "warehouse",
        references={
            "location": "location",
            "parent": "warehouse",
            "manager": "employee",
            "contact_primary": "contact",
            "contact_ship_to": "contact",
        },
    ),
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
            "report_type": frozenset({"forPeriod", "cumulative"}),
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

TYPES: Mapping[str, ObjectType] = {kind.name: kind for kind in [*_MASTERS, *DOCUMENTS, *OTHERS]}
