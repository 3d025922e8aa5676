"""Buyers' accounts in a cart, as far as the books may write them: read, compared, changed.

Marketplaces have none: their buyers are theirs. Source: carts reference §12.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Protocol, runtime_checkable

from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written


@dataclass(frozen=True, slots=True, repr=False)
class AccountAddress:
    """The address that a cart bills an account at; `region` and `country` are codes.

    Personal: it never shows in a repr.
    """

    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """What a cart shows of an account, or is to be told: None is what it does not keep, or keeps.

    `term` is the payment term's name in the books, where the cart has a place for it. Personal: it
    never shows in a repr.
    """

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    address: AccountAddress | None = None
    tax_id: str | None = None
    tax_exempt: bool | None = None
    term: str | None = None

    def stated(self) -> Iterator[tuple[str, str | bool | AccountAddress]]:
        """Each member that says something, by name."""
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None:
                yield each.name, value


@runtime_checkable
class AccountClient(Protocol):
    """A store's API that tells buyers' accounts and takes changes of them."""

    @property
    def account_members(self) -> frozenset[str]:
        """The members of `Account` that the cart takes."""
        ...

    def account(self, account_id: str) -> Account | None:
        """The account as it is now; None where the cart knows no such.

        Raises:
            CartApiError: it could not be read.
        """
        ...

    def change_account(self, account_id: str, change: Account) -> Written:
        """Set what the change states, and nothing else; values are absolute.

        UNKNOWN where the answer was lost: who looks again sees what became of it.
        """
        ...


class AccountCalls:
    """The part of a client that passes calls for accounts on; see `AccountClient`."""

    _accounts: AccountClient

    @property
    def account_members(self) -> frozenset[str]:
        """The members of `Account` that the cart takes."""
        return self._accounts.account_members

    def account(self, account_id: str) -> Account | None:
        """The account as it is now; None where the cart knows no such."""
        return self._accounts.account(account_id)

    def change_account(self, account_id: str, change: Account) -> Written:
        """Set what the change states, and nothing else."""
        try:
            return self._accounts.change_account(account_id, change)
        except CartApiError as exc:
            outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
            return Written(outcome, str(exc))


DONE = Written(WriteOutcome.DONE)


def without_nothing(members: dict[str, str | None]) -> dict[str, str]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value is not None}
