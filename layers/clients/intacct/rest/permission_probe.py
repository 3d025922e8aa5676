"""Finding out what the role of a user covers, without writing anything (REST reference §2).

Sage checks the right before it reads a request: so a query of one row, a read or change of key 0,
which no record has, and a create or workflow with an empty payload, which no object takes
(REST-1028), tell a missing right (403) from a request that fails for its own sake. That order of
checks is what we observe and nobody documents: a report is a help at onboarding, never a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import httpx

from intacct.capabilities import Action
from intacct.errors import (
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
)
from intacct.permissions import Permission, PermissionReport, Right, all_known, needed, report
from intacct.rest.client import RestClient
from intacct.rest.query import Query, first_rows
from intacct.rest.wire import object_path

_NO_RECORD = "0"


@dataclass(frozen=True, slots=True)
class _Tried:
    """Where a policy's rights are tried: what is read, and what is written where it is another."""

    read: str
    write: str = ""

    @property
    def written(self) -> str:
        return self.write or self.read


_TRIED: Mapping[tuple[str, str], _Tried] = {
    ("Accounts Receivable", "Customers"): _Tried("accounts-receivable/customer"),
    ("Accounts Receivable", "Invoices"): _Tried("accounts-receivable/invoice"),
    ("Accounts Receivable", "Adjustments"): _Tried("accounts-receivable/adjustment"),
    ("Accounts Receivable", "Advances"): _Tried("accounts-receivable/advance"),
    ("Accounts Receivable", "Receive payments"): _Tried("accounts-receivable/payment"),
    ("Accounts Receivable", "Customer refunds"): _Tried("accounts-receivable/customer-refund"),
    ("Cash Management", "Bank accounts"): _Tried("cash-management/bank-account"),
    ("Cash Management", "Deposits"): _Tried("cash-management/deposit"),
    ("Company", "Attachments"): _Tried("company-config/attachment"),
    ("Company", "Classes"): _Tried("company-config/class"),
    ("Company", "Contacts"): _Tried("company-config/contact"),
    ("Company", "Departments"): _Tried("company-config/department"),
    ("Company", "Locations"): _Tried("company-config/location"),
    ("General Ledger", "Accounts"): _Tried("general-ledger/account"),
    ("General Ledger", "Journal entries"): _Tried("general-ledger/journal-entry"),
    ("General Ledger", "Statistical journal entries"): _Tried(
        "general-ledger/statistical-journal-entry"
    ),
    ("Inventory Control", "Items"): _Tried("inventory-control/item"),
    ("Inventory Control", "Warehouses"): _Tried("inventory-control/warehouse"),
    ("Inventory Control", "Warehouse transfers"): _Tried("inventory-control/warehouse-transfer"),
}


class PermissionProbe:
    """Tries the rights of one user at one entity."""

    def __init__(
        self,
        client: RestClient,
        *,
        entity: str,
        new_key: Callable[[], str],
        sales_definition: str = "Sales Order",
        stock_definition: str = "",
    ) -> None:
        """`new_key` gives a fresh idempotency key each time: a known one repeats an old verdict.

        The definitions are the tenant's own names of a sales and of an inventory document.
        """
        self._client = client
        self._entity = entity
        self._new_key = new_key
        self._tried = dict(_TRIED)
        self._tried["Order Entry", "Order entry transactions"] = _Tried(
            "order-entry/document", f"order-entry/document::{sales_definition}"
        )
        stock = f"inventory-control/document::{stock_definition}" if stock_definition else ""
        self._tried["Inventory Control", "Inventory transactions"] = _Tried(
            "inventory-control/document", stock
        )

    def report(self, actions: Iterable[Action]) -> PermissionReport:
        """What the user lacks for these actions, and what it may write beyond them.

        Raises:
            As `compare`.
        """
        return self.compare(needed(actions))

    def compare(self, wanted: Iterable[Permission]) -> PermissionReport:
        """What of these the user lacks, and what it may write beyond them.

        Raises:
            CredentialsError: the login itself is refused.
            RateLimitedError: Sage asked for a pause: the report is started again later.
        """
        granted, unclear = self._found(all_known())
        return report(wanted, granted, unclear)

    def lacks(self, wanted: Iterable[Permission]) -> PermissionReport:
        """What of these the user lacks, and of which it cannot be told; nothing else is tried.

        Raises:
            As `compare`.
        """
        asked = frozenset(wanted)
        granted, unclear = self._found(asked)
        return report(asked, granted, unclear)

    def _found(self, asked: Iterable[Permission]) -> tuple[set[Permission], set[Permission]]:
        """What is granted, and what is unclear."""
        granted, unclear = set[Permission](), set[Permission]()
        by_policy = groupby(sorted(asked), key=lambda one: (one.application, one.policy))
        for policy, permissions in by_policy:
            for permission, is_granted in self._of_policy(policy, list(permissions)):
                if is_granted is None:
                    unclear.add(permission)
                elif is_granted:
                    granted.add(permission)
        return granted, unclear

    def _of_policy(
        self, policy: tuple[str, str], permissions: Sequence[Permission]
    ) -> Iterator[tuple[Permission, bool | None]]:
        """Whether each permission is granted; None when it cannot be told.

        When the object cannot even be listed for another reason than the role, its module is not
        subscribed, and nothing can be told of the rest: key 0 answers 404 either way.
        """
        tried = self._tried.get(policy)
        is_offered = tried is not None and self._is_granted(tried, Right.LIST) is not None
        for permission in permissions:
            if tried is None or not is_offered:
                yield permission, None
            else:
                yield permission, self._is_granted(tried, permission.right)

    def _is_granted(self, tried: _Tried, right: Right) -> bool | None:
        try:
            self._try(tried, right)
        except PermissionDeniedError:
            return False
        except RejectedError as error:
            # A list is refused for the role alone, and a verb that is not offered tells nothing.
            tells = right is not Right.LIST and error.status != httpx.codes.METHOD_NOT_ALLOWED
            return True if tells else None
        except RateLimitedError:
            raise
        except (NotSentError, OutcomeUnknownError):
            return None
        return True

    def _try(self, tried: _Tried, right: Right) -> None:
        client, entity = self._client, self._entity
        match right:
            case Right.LIST:
                first_rows(client, Query(tried.read, ()), entity=entity, limit=1)
            case Right.VIEW:
                client.get(object_path(tried.read, _NO_RECORD), entity=entity)
            case Right.ADD:
                path = object_path(tried.written)
                client.post(path, {}, entity=entity, idempotency_key=self._new_key())
            case Right.EDIT:
                path = object_path(tried.written, _NO_RECORD)
                client.patch(path, {}, entity=entity, idempotency_key=self._new_key())
            case Right.DELETE:
                client.delete(object_path(tried.written, _NO_RECORD), entity=entity)
            case Right.REVERSE:
                path = f"{object_path(tried.written).replace('/objects', '/workflows', 1)}/reverse"
                client.post(path, {}, entity=entity, idempotency_key=self._new_key())
