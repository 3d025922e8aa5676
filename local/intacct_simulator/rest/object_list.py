"""The REST objects that exist, made from the tables of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.rest import module_objects
from local.intacct_simulator.rest.common_fields import KEYS, OWNERS_WRITERS, WRITERS
from local.intacct_simulator.rest.fields import Field, parse_table
from local.intacct_simulator.rest.object_types import ALL_VERBS, READ_VERBS, OwnedList, Schema
from local.intacct_simulator.rest.tables import (
    company,
    ledger,
    order_entry,
    other_modules,
    receivables,
)

_ID = "id | id | text | ro"


def _schema(name: str, table: str, text: str, **members: Any) -> Schema:
    rows = parse_table(KEYS) + parse_table(OWNERS_WRITERS if members.get("owner") else WRITERS)
    own = parse_table(text)
    if not any(one.path == "id" for one in own):
        rows += parse_table(_ID)
    members.setdefault("verbs", ALL_VERBS)
    extra = members.pop("more", [])
    return Schema(name, table, {one.path: one for one in [*rows, *own, *extra]}, **members)


def custom_schema(name: str, fields: tuple[str, ...]) -> Schema:
    """Make the schema of a custom object: a name, and text fields that the company chose."""
    own = [Field(path=one, kind="text", read=f"x_{one}", write=f"x_{one}") for one in fields]
    return _schema(
        f"platform-apps/nsp::{name}",
        "custom_record",
        "name | name | text | required",
        more=own,
        scope=lambda record: record["object"] == name,
    )


def _with_inline_contact(name: str, table: str, text: str) -> Schema:
    """Make the schema of an object whose display contact is written inside it (§16.1)."""
    inline = parse_table(
        company.CONTACT_DETAILS, path_prefix="contacts.default.", prefix="contact_default."
    )
    inline = [
        Field(
            path=one.path,
            kind=one.kind,
            read=one.read,
            write=one.write.replace("contact_default.", "default_contact.", 1),
        )
        for one in inline
    ]
    identity = parse_table(
        """
        contacts.default.id  | contact_default.id>default_contact.id | text
        contacts.default.key | contact_default | key | ro
        """
    )
    return _schema(name, table, text, more=inline + identity)


def _lines(member: str, name: str) -> tuple[OwnedList, ...]:
    return (OwnedList(member, name),)


def _other_modules() -> list[Schema]:
    return [
        _with_inline_contact("accounts-payable/vendor", "vendor", other_modules.VENDOR),
        *(_schema(*one) for one in module_objects.MASTERS),
        *(_schema(*one, verbs=READ_VERBS) for one in module_objects.READ_ONLY),
    ]


_AR = "accounts-receivable"
_WORKFLOW = ("submit", "reverse")
_PART = "inventory-control/kit-component"

_ALL = [
    _with_inline_contact(f"{_AR}/customer", "customer", receivables.CUSTOMER),
    _schema(f"{_AR}/term", "term", receivables.TERM),
    _schema(f"{_AR}/customer-type", "customer_type", receivables.SIMPLE),
    _schema(f"{_AR}/territory", "territory", receivables.SIMPLE),
    _schema(f"{_AR}/shipping-method", "shipping_method", receivables.SIMPLE),
    _schema(
        f"{_AR}/invoice",
        "ar_invoice",
        receivables.INVOICE,
        lists=_lines("lines", f"{_AR}/invoice-line"),
        create_states=("draft",),
        actions=_WORKFLOW,
    ),
    _schema(
        f"{_AR}/invoice-line",
        "ar_invoice_line",
        receivables.INVOICE_LINE,
        owner="invoice",
        verbs=READ_VERBS,
    ),
    _schema(
        f"{_AR}/adjustment",
        "ar_adjustment",
        receivables.ADJUSTMENT,
        lists=_lines("lines", f"{_AR}/adjustment-line"),
        create_states=("draft",),
        actions=_WORKFLOW,
    ),
    _schema(
        f"{_AR}/adjustment-line",
        "ar_adjustment_line",
        receivables.ADJUSTMENT_LINE,
        owner="arAdjustment",
        verbs=READ_VERBS,
    ),
    _schema(
        f"{_AR}/advance",
        "ar_advance",
        receivables.ADVANCE,
        lists=_lines("items", f"{_AR}/advance-line"),
        create_states=("draft",),
        actions=_WORKFLOW,
    ),
    _schema(
        f"{_AR}/advance-line",
        "ar_advance_line",
        receivables.ADVANCE_LINE,
        owner="arAdvance",
        verbs=READ_VERBS,
    ),
    _schema(
        f"{_AR}/payment",
        "ar_payment",
        receivables.PAYMENT,
        lists=_lines("paymentDetails", f"{_AR}/payment-detail"),
        verbs=("GET", "POST", "DELETE"),
        create_states=("draft",),
        actions=_WORKFLOW,
    ),
    _schema(
        f"{_AR}/payment-detail",
        "ar_payment_detail",
        receivables.PAYMENT_DETAIL,
        owner="arPayment",
        verbs=READ_VERBS,
    ),
    _schema(
        f"{_AR}/customer-refund",
        "customer_refund",
        receivables.REFUND,
        lists=_lines("refundDetails", f"{_AR}/customer-refund-detail"),
        actions=("reverse",),
    ),
    _schema(
        f"{_AR}/customer-refund-detail",
        "customer_refund_detail",
        receivables.REFUND_DETAIL,
        owner="customerRefund",
        verbs=READ_VERBS,
    ),
    _schema(
        "cash-management/deposit",
        "deposit",
        receivables.DEPOSIT,
        lists=_lines("details", "cash-management/deposit-detail"),
        verbs=("GET", "POST", "PATCH"),
    ),
    _schema(
        "cash-management/deposit-detail",
        "deposit_detail",
        receivables.DEPOSIT_DETAIL,
        owner="deposit",
        verbs=READ_VERBS,
    ),
    _schema("company-config/contact", "contact", company.CONTACT),
    _schema("company-config/location", "location", company.LOCATION),
    _schema(
        "company-config/entity",
        "location",
        company.ENTITY,
        verbs=READ_VERBS,
        scope=lambda record: bool(record.get("is_entity")),
    ),
    _schema("company-config/department", "department", company.DEPARTMENT),
    _schema("company-config/class", "class", company.CLASS),
    _schema("projects/project", "project", company.PROJECT),
    *_other_modules(),
    _schema("company-config/folder", "folder", company.FOLDER),
    _schema(
        "company-config/attachment",
        "attachment",
        company.ATTACHMENT,
        lists=_lines("files", "company-config/attachment-file"),
    ),
    _schema(
        "company-config/attachment-file",
        "attachment_file",
        company.ATTACHMENT_FILE,
        owner="attachment",
        verbs=READ_VERBS,
    ),
    _schema("company-config/user", "user", company.USER, verbs=READ_VERBS),
    _schema(
        "company-config/role",
        "role",
        company.ROLE,
        lists=_lines("rolePermissionAssignments", "company-config/role-permission-assignment"),
    ),
    _schema("company-config/permission", "permission", company.PERMISSION, verbs=READ_VERBS),
    _schema(
        "company-config/role-permission-assignment",
        "role_permission",
        company.ROLE_PERMISSION,
        owner="role",
        verbs=READ_VERBS,
    ),
    _schema(
        "company-config/role-user-map",
        "role_user",
        company.ROLE_USER,
        verbs=("GET", "POST", "DELETE"),
    ),
    _schema("company-config/txn-currency", "txn_currency", company.CURRENCY, verbs=READ_VERBS),
    _schema(
        "company-config/exchange-rate", "exchange_rate", company.EXCHANGE_RATE, verbs=READ_VERBS
    ),
    _schema(
        "company-config/audit-history", "audit_history", company.AUDIT_HISTORY, verbs=READ_VERBS
    ),
    _schema(
        "inventory-control/item", "item", order_entry.ITEM, lists=_lines("kitComponents", _PART)
    ),
    _schema(_PART, "kit_component", order_entry.KIT_COMPONENT, owner="kit", verbs=READ_VERBS),
    _schema("inventory-control/item-gl-group", "item_gl_group", order_entry.ITEM_GL_GROUP),
    _schema(
        "inventory-control/product-line",
        "custom_record",
        order_entry.PRODUCT_LINE,
        verbs=READ_VERBS,
        # Items keep the id of their product line, and the books have no list of these.
        scope=lambda _record: False,
    ),
    _schema(
        "inventory-control/unit-of-measure-group", "unit", order_entry.UNIT_GROUP, verbs=READ_VERBS
    ),
    _schema("inventory-control/warehouse", "warehouse", order_entry.WAREHOUSE),
    _schema(
        "inventory-control/item-warehouse-inventory",
        "stock",
        order_entry.ITEM_WAREHOUSE,
        verbs=READ_VERBS,
    ),
    _schema(
        "inventory-control/item-warehouse-available-inventory",
        "stock",
        order_entry.STOCK,
        verbs=READ_VERBS,
    ),
    _schema(
        "inventory-control/document",
        "inventory_document",
        order_entry.INVENTORY_DOCUMENT,
        lists=_lines("lines", "inventory-control/document-line"),
        is_typed=True,
        create_states=("draft", "pending", "submitted"),
        actions=("submit",),
    ),
    _schema(
        "inventory-control/document-line",
        "inventory_document_line",
        order_entry.INVENTORY_LINE,
        owner="documentHeader",
        is_typed=True,
        verbs=READ_VERBS,
    ),
    _schema(
        "inventory-control/warehouse-transfer",
        "warehouse_transfer",
        order_entry.TRANSFER,
        lists=_lines("lines", "inventory-control/warehouse-transfer-line"),
        verbs=("GET", "POST", "PATCH"),
    ),
    _schema(
        "inventory-control/warehouse-transfer-line",
        "warehouse_transfer_line",
        order_entry.TRANSFER_LINE,
        owner="warehouseTransfer",
        verbs=READ_VERBS,
    ),
    _schema(
        "order-entry/document",
        "sales_document",
        order_entry.DOCUMENT,
        lists=_lines("lines", "order-entry/document-line"),
        is_typed=True,
        create_states=("draft", "pending", "submitted"),
        actions=("submit", "close"),
    ),
    _schema(
        "order-entry/document-line",
        "sales_document_line",
        order_entry.DOCUMENT_LINE,
        owner="documentHeader",
        is_typed=True,
    ),
    _schema(
        "order-entry/document-subtotal",
        "sales_document_subtotal",
        order_entry.DOCUMENT_SUBTOTAL,
        owner="documentHeader",
        verbs=READ_VERBS,
    ),
    _schema(
        "order-entry/txn-definition",
        "txn_definition",
        order_entry.TXN_DEFINITION,
        verbs=READ_VERBS,
        scope=lambda record: record["module"] == "orderEntry",
    ),
    _schema(
        "general-ledger/account",
        "account",
        ledger.ACCOUNT,
        scope=lambda record: record["account_type"] != "statistical",
    ),
    _schema(
        "general-ledger/statistical-account",
        "account",
        ledger.STATISTICAL_ACCOUNT,
        defaults={"account_type": "statistical"},
        scope=lambda record: record["account_type"] == "statistical",
    ),
    _schema(
        "general-ledger/journal",
        "journal",
        ledger.JOURNAL,
        scope=lambda record: not record["is_statistical"],
    ),
    _schema(
        "general-ledger/statistical-journal",
        "journal",
        ledger.JOURNAL,
        verbs=READ_VERBS,
        scope=lambda record: bool(record["is_statistical"]),
    ),
    _schema(
        "general-ledger/journal-entry",
        "journal_entry",
        ledger.JOURNAL_ENTRY,
        lists=_lines("lines", "general-ledger/journal-entry-line"),
        create_states=("draft",),
        scope=lambda record: not record["is_statistical"],
    ),
    _schema(
        "general-ledger/journal-entry-line",
        "journal_entry_line",
        ledger.JOURNAL_LINE,
        owner="journalEntry",
        verbs=READ_VERBS,
    ),
    _schema(
        "general-ledger/statistical-journal-entry",
        "journal_entry",
        ledger.STATISTICAL_ENTRY,
        lists=_lines("lines", "general-ledger/statistical-journal-entry-line"),
        create_states=("draft",),
        scope=lambda record: bool(record["is_statistical"]),
    ),
    _schema(
        "general-ledger/statistical-journal-entry-line",
        "journal_entry_line",
        ledger.STATISTICAL_LINE,
        owner="statisticalJournalEntry",
        verbs=READ_VERBS,
    ),
    _schema("general-ledger/reporting-period", "reporting_period", ledger.PERIOD, verbs=READ_VERBS),
    _schema("cash-management/bank-account", "bank_account", ledger.BANK_ACCOUNT, verbs=READ_VERBS),
    _schema(
        "cash-management/checking-account", "bank_account", ledger.BANK_ACCOUNT, verbs=READ_VERBS
    ),
]

SCHEMAS: Mapping[str, Schema] = {schema.name: schema for schema in _ALL}
