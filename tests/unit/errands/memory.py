"""Errands in memory, and carts whose accounts are a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from carts.accounts import DONE, Account
from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written
from shared.errands.records import Errand, ErrandKind, ErrandState

_NAMES = frozenset(each.name for each in fields(Account))


class MemoryErrands:
    """`shared.errands.records.Errands` in a dictionary; held to it by the contract test."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, ErrandKind, str], Errand] = {}

    def ask(self, errand: Errand) -> None:
        place = (errand.tenant, errand.kind, errand.name)
        known = self.stored.get(place)
        if known is None:
            self.stored[place] = errand
        elif known.state is not ErrandState.DONE:
            self.stored[place] = replace(
                errand,
                details={**known.details, **errand.details},
                state=ErrandState.OPEN,
                version=known.version + 1,
            )

    def due(self, tenant: str, kind: ErrandKind, *, now: datetime) -> Sequence[Errand]:
        found = [
            one
            for (of, sort, _), one in self.stored.items()
            if (of, sort) == (tenant, kind) and one.state is ErrandState.OPEN and one.due_at <= now
        ]
        return sorted(found, key=lambda one: one.due_at)

    def close(self, errand: Errand, state: ErrandState) -> bool:
        return self._save(errand, state=state)

    def put_off(self, errand: Errand, due_at: datetime) -> bool:
        return self._save(errand, due_at=due_at, tries=errand.tries + 1)

    def _save(self, errand: Errand, **members: object) -> bool:
        place = (errand.tenant, errand.kind, errand.name)
        if self.stored[place].version != errand.version:
            return False
        self.stored[place] = replace(self.stored[place], **members)  # type: ignore[arg-type]
        return True


class FakeAccounts:
    """A store's accounts; `answers` come in place of the next writes, before or after they land.

    `refuses` are members that the cart does not take, `broken` is what reading fails with.
    """

    def __init__(self, *members: str) -> None:
        self.account_members = frozenset(members) or _NAMES
        self.accounts: dict[str, Account] = {}
        self.asked: list[str] = []
        self.written: list[tuple[str, dict[str, object]]] = []
        self.refuses: set[str] = set()
        self.lost: list[bool] = []
        self.broken: CartApiError | None = None

    def account(self, account_id: str) -> Account | None:
        self.asked.append(account_id)
        if self.broken is not None:
            raise self.broken
        return self.accounts.get(account_id)

    def change_account(self, account_id: str, change: Account) -> Written:
        told = dict(change.stated())
        if self.refuses & set(told):
            return Written(WriteOutcome.REFUSED, "not taken")
        lands = self.lost.pop(0) if self.lost else None
        if lands is not False:
            self.written.append((account_id, dict(told)))
            known = self.accounts[account_id]
            self.accounts[account_id] = replace(known, **told)  # type: ignore[arg-type]
        return DONE if lands is None else Written(WriteOutcome.UNKNOWN, "the answer was lost")
