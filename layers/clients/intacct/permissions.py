"""What the role of the Web Services user must cover, action by action (XML reference §15.2).

Roles hold for both protocols: a permission is one right on one policy of one application, by the
words that an administrator sees. The exact mapping is only partly confirmed by Sage, so a probe
(`intacct.rest.permission_probe`) tries what this table says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from intacct.capabilities import Action
from intacct.reading import Kept


class Right(StrEnum):
    """What a permission allows, as roles and `getUserPermissions` name it."""

    LIST = "List"
    VIEW = "View"
    ADD = "Add"
    EDIT = "Edit"
    DELETE = "Delete"
    REVERSE = "Reverse"


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One right on one policy of one application."""

    application: str
    policy: str
    right: Right

    def __str__(self) -> str:
        """The permission as an administrator looks for it."""
        return f"{self.application}: {self.policy} ({self.right})"


_AR = "Accounts Receivable"
_OE = "Order Entry"
_IC = "Inventory Control"
_GL = "General Ledger"
_CM = "Cash Management"
_CO = "Company"


def _may(application: str, policy: str, *rights: Right) -> frozenset[Permission]:
    return frozenset(Permission(application, policy, right) for right in rights)


_READ = (Right.LIST, Right.VIEW)
_CREATE = (*_READ, Right.ADD)
_CUSTOMERS = _may(_AR, "Customers", *_READ)
_BANKS = _may(_CM, "Bank accounts", *_READ)

NEEDS: Mapping[Action, frozenset[Permission]] = {
    Action.CUSTOMER: _may(_AR, "Customers", *_CREATE) | _may(_CO, "Contacts", *_CREATE),
    Action.CONTACT: _may(_CO, "Contacts", *_CREATE),
    # A posted invoice is read back for the receivable that it made.
    Action.SALES_DOCUMENT: _may(_OE, "Order entry transactions", *_CREATE)
    | _may(_AR, "Invoices", *_READ)
    | _may(_IC, "Items", *_READ)
    | _CUSTOMERS,
    Action.AR_INVOICE: _may(_AR, "Invoices", *_CREATE) | _CUSTOMERS,
    Action.ADVANCE: _may(_AR, "Advances", *_CREATE) | _CUSTOMERS | _BANKS,
    Action.PAYMENT: _may(_AR, "Receive payments", *_CREATE)
    | _may(_AR, "Invoices", *_READ)
    | _may(_AR, "Advances", *_READ)
    | _CUSTOMERS
    | _BANKS,
    Action.ADJUSTMENT: _may(_AR, "Adjustments", *_CREATE) | _CUSTOMERS,
    Action.CUSTOMER_REFUND: _may(_AR, "Customer refunds", *_CREATE)
    | _may(_AR, "Adjustments", *_READ)
    | _CUSTOMERS
    | _BANKS,
    Action.JOURNAL_ENTRY: _may(_GL, "Journal entries", *_CREATE) | _may(_GL, "Accounts", *_READ),
    Action.GL_BATCH: _may(_GL, "Journal entries", *_CREATE) | _may(_GL, "Accounts", *_READ),
    Action.ITEM: _may(_IC, "Items", *_CREATE),
    Action.WAREHOUSE: _may(_IC, "Warehouses", *_CREATE),
    Action.DIMENSION_VALUE: _may(_CO, "Departments", *_CREATE)
    | _may(_CO, "Locations", *_CREATE)
    | _may(_CO, "Classes", *_CREATE),
    # Custom objects carry the permissions of the application that brought them.
    Action.CUSTOM_RECORD: frozenset(),
    Action.ATTACHMENT: _may(_CO, "Attachments", *_CREATE, Right.EDIT),
    Action.STOCK_DOCUMENT: _may(_IC, "Inventory transactions", *_CREATE)
    | _may(_IC, "Items", *_READ)
    | _may(_IC, "Warehouses", *_READ),
    Action.WAREHOUSE_TRANSFER: _may(_IC, "Warehouse transfers", *_CREATE)
    | _may(_IC, "Items", *_READ)
    | _may(_IC, "Warehouses", *_READ),
    Action.DEPOSIT: _may(_CM, "Deposits", *_CREATE) | _BANKS,
    Action.STATISTICAL_ENTRY: _may(_GL, "Statistical journal entries", *_CREATE),
    Action.UPDATE_MASTER: _may(_AR, "Customers", *_READ, Right.EDIT)
    | _may(_CO, "Contacts", *_READ, Right.EDIT)
    | _may(_IC, "Items", *_READ, Right.EDIT),
    Action.UPDATE_SALES_DOCUMENT: _may(_OE, "Order entry transactions", *_READ, Right.EDIT),
    Action.CLOSE_SALES_DOCUMENT: _may(_OE, "Order entry transactions", *_READ, Right.EDIT),
    Action.DELETE_SALES_DOCUMENT: _may(_OE, "Order entry transactions", *_READ, Right.DELETE),
    Action.REVERSE_AR_INVOICE: _may(_AR, "Invoices", *_READ, Right.REVERSE),
    Action.REVERSE_ADJUSTMENT: _may(_AR, "Adjustments", *_READ, Right.REVERSE),
    Action.REVERSE_PAYMENT: _may(_AR, "Receive payments", *_READ, Right.REVERSE),
    Action.REVERSE_ADVANCE: _may(_AR, "Advances", *_READ, Right.REVERSE),
    Action.REVERSE_CUSTOMER_REFUND: _may(_AR, "Customer refunds", *_READ, Right.REVERSE),
    Action.REPLACE_JOURNAL_ENTRY: _may(_GL, "Journal entries", *_READ, Right.EDIT),
    Action.DELETE_JOURNAL_ENTRY: _may(_GL, "Journal entries", *_READ, Right.DELETE),
}
"""The permissions that each business action needs, in whichever protocol it is done."""

CUSTOMER_UPDATES = _may(_AR, "Customers", Right.EDIT) | _may(_CO, "Contacts", Right.EDIT)
"""What keeping customers and their contacts up to date needs beside creating them."""

ITEM_READS = _may(_IC, "Items", *_READ)
"""What linking articles to items needs."""

ITEM_UPDATES = _may(_IC, "Items", Right.EDIT)
"""What keeping items up to date needs beside creating them."""

STOCK_READS = _may(_IC, "Items", *_READ) | _may(_IC, "Warehouses", *_READ)
"""What reading what is on hand needs (XML reference §14)."""

AUDIT_HISTORY = _may("Platform Services", "Custom reports", Right.VIEW)
"""What reading the audit history needs beside (XML reference §11.3)."""


KEPT_READS: Mapping[Kept, frozenset[Permission]] = {
    Kept.CUSTOMER: _CUSTOMERS,
    Kept.CONTACT: _may(_CO, "Contacts", *_READ),
    Kept.ITEM: ITEM_READS,
    Kept.WAREHOUSE: _may(_IC, "Warehouses", *_READ),
    Kept.SALES_DOCUMENT: _may(_OE, "Order entry transactions", *_READ),
    Kept.AR_INVOICE: _may(_AR, "Invoices", *_READ),
    Kept.ADJUSTMENT: _may(_AR, "Adjustments", *_READ),
    Kept.ADVANCE: _may(_AR, "Advances", *_READ),
    Kept.PAYMENT: _may(_AR, "Receive payments", *_READ),
    Kept.JOURNAL_ENTRY: _may(_GL, "Journal entries", *_READ),
}
"""What seeing the records of a kind needs: without it they look deleted."""


def needed(actions: Iterable[Action]) -> frozenset[Permission]:
    """The permissions that these actions need together."""
    return frozenset().union(*(NEEDS[action] for action in actions))


def all_known() -> frozenset[Permission]:
    """Every permission of the table: what a probe asks for to find those that nobody needs."""
    return needed(NEEDS)


@dataclass(frozen=True, slots=True)
class PermissionReport:
    """How a role differs from what is needed, by the names that an administrator sees.

    `unclear` are those that could not be found out.
    """

    missing: tuple[str, ...] = ()
    excess: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()

    @property
    def is_sufficient(self) -> bool:
        """Whether everything needed is there for certain; what is too much does not count."""
        return not self.missing and not self.unclear


def report(
    wanted: Iterable[Permission],
    granted: Iterable[Permission],
    unclear: Iterable[Permission] = (),
) -> PermissionReport:
    """Compare what is wanted with what is granted.

    Only permissions that write count as excess: reading more than is needed changes no books. What
    is unclear counts where it is wanted, and nowhere else.
    """
    wanted, granted, unclear = frozenset(wanted), frozenset(granted), frozenset(unclear)
    excess = {one for one in granted - wanted if one.right not in _READ}
    return PermissionReport(
        missing=_names(wanted - granted - unclear),
        excess=_names(excess),
        unclear=_names(wanted & unclear),
    )


def granted_by(policies: Iterable[tuple[str, str, Iterable[str]]]) -> frozenset[Permission]:
    """The permissions in (application, policy, rights) as `getUserPermissions` answers them.

    Rights that this table does not know are left out.
    """
    known = {right.value.lower(): right for right in Right}
    return frozenset(
        Permission(application, policy, known[right.lower()])
        for application, policy, rights in policies
        for right in rights
        if right.lower() in known
    )


def _names(permissions: Iterable[Permission]) -> tuple[str, ...]:
    return tuple(str(one) for one in sorted(permissions))
