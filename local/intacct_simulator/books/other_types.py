"""Masters and documents of the modules beside a shop's own, as public clients read them.

Masters (vendors, employees, tasks, ...) are kept whole. The documents of Accounts Payable, expenses
and credit cards can be asked for and are always none: this company writes none.
"""

from __future__ import annotations

from local.intacct_simulator.books.object_type import STATUS, ObjectType

NEVER_WRITTEN = frozenset(
    {
        "allocationentry",
        "ap_bill",
        "ap_payment",
        "apdetail",
        "aprecord",
        "cmdetail",
        "cmrecord",
        "contract",
        "contractdetail",
        "credit_card_txn",
        "eedetail",
        "eerecord",
        "employee_expense",
        "employee_payment",
        "glacctgrp",
        "glbudgetheader",
        "glbudgetitem",
        "invdocumentsubtotals",
        "invpricelistentry",
        "podocument",
        "podocumententry",
        "podocumentsubtotals",
        "revrecschedule",
        "revrecscheduleentry",
    }
)


def _named(
    name: str, label: str, required: tuple[str, ...] = ("id",), **references: str
) -> ObjectType:
    return ObjectType(
        name,
        label,
        required=required,
        references=references,
        unique=("id",),
        defaults={"status": "active"},
        words={"status": STATUS},
        natural_id=True,
    )


OTHERS = [
    _named(
        "vendor",
        "vendor",
        ("id", "name"),
        parent="vendor",
        term="term",
        contact_default="contact",
    ),
    _named(
        "employee",
        "employee",
        contact_primary="contact",
        location="location",
        department="department",
    ),
    _named("task", "task", parent="task", project="project", item="item"),
    _named("cost_type", "cost type", project="project", task="task"),
    _named("tax_detail", "tax detail", account="account"),
    _named("tax_solution", "tax solution", sales_account="account", purchase_account="account"),
    ObjectType(
        "ar_summary",
        "summary",
        required=("kind", "title", "posting_date"),
        references={"bank_account": "bank_account", "undeposited_account": "account"},
        defaults={"state": "open"},
        dates=("posting_date",),
    ),
    ObjectType("stock", "stock level", references={"item": "item", "warehouse": "warehouse"}),
    _named("expense_type", "expense type", account="account", item="item"),
    _named("expense_payment_type", "expense payment type", account="account"),
    _named("allocation_template", "allocation"),
    _named("savings_account", "savings account", account="account"),
    _named("credit_card", "credit card account"),
    ObjectType("stock", "stock level", references={"item": "item", "warehouse": "warehouse"}),
    *(ObjectType(name, name.replace("_", " ")) for name in sorted(NEVER_WRITTEN)),
]
