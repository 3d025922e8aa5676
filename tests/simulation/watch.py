"""What must be true of each write of the ledger and of each request, as it happens.

The rules of the ledger are written down once more here, from reliability §3.2 and not from the
product's code, so that a defect there cannot excuse itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from intacct.documents import Customer, Document
from tests.simulation.company import Company
from tests.simulation.invariants import table_of
from tests.simulation.tables import Item, Place
from tests.simulation.violations import ViolationError
from tests.simulation.wire import Wire

_EDGES = frozenset(
    {
        ("", "READY"),
        ("", "SENT"),
        ("READY", "SENT"),
        ("READY", "CANCELLED"),
        ("SENT", "SENT"),
        ("SENT", "DONE"),
        ("SENT", "READY"),
        ("SENT", "REFUSED"),
        ("SENT", "REVIEW"),
        ("REFUSED", "READY"),
        ("REVIEW", "READY"),
        ("REFUSED", "SENT"),
        ("REVIEW", "SENT"),
        ("REFUSED", "DONE"),
        ("REVIEW", "DONE"),
    }
)
_MOST_RESENDS = 3
_FIXED = ("doc_no", "controlid")


class Watch:
    """Looks at every write as it happens.

    A breach is told to `on_violation`, not raised: the code under test might swallow it.
    """

    def __init__(
        self,
        wire: Wire,
        on_violation: Callable[[ViolationError], None],
    ) -> None:
        self._wire = wire
        self.companies: Mapping[str, Company] = {}
        self._on_violation = on_violation
        self._armed: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()
        self._hashes: dict[str, str] = {}
        self._contents: dict[tuple[str, str], Document] = {}

    def on_send(self, control_id: str, document: Document) -> None:
        """Check a request to Sage: each was written down before it left (reliability rule 1)."""
        self._sent[control_id] += 1
        known = self._contents.setdefault((control_id, self._hashes.get(control_id, "")), document)
        if known != document and not isinstance(document, Customer):
            message = f"I2: {control_id} is sent with other content than was written down"
            self._on_violation(ViolationError(message))
        if self._sent[control_id] > self._armed[control_id]:
            message = f"I1: {control_id} is sent without having been written down"
            self._on_violation(ViolationError(message))

    def on_write(self, place: Place, before: Item | None, after: Item) -> None:
        """Check one write of the ledger against the rules of reliability §3.2."""
        table, pk, key = place
        if table != "ledger":
            return
        try:
            self._check(pk, key, before, after)
        except ViolationError as violation:
            self._on_violation(violation)

    def _check(self, pk: str, key: str, before: Item | None, after: Item) -> None:
        old = before["st"]["S"] if before else ""
        new = after["st"]["S"]
        if (old, new) not in _EDGES:
            message = f"I2: {pk} {key} goes from {old} to {new}"
            raise ViolationError(message)
        if "exp" in after or "ttl" in after:
            message = f"I2: {pk} {key} is given an expiry"
            raise ViolationError(message)
        if before is not None:
            self._check_change(pk, key, before, after)
        if new == "SENT" and _number(before, "sent_at") != _number(after, "sent_at"):
            self._armed[after["controlid"]["S"]] += 1
            self._hashes[after["controlid"]["S"]] = after["req_hash"]["S"]
        if old and new == "READY":
            self._check_put_back(pk, key, after)
        if new == "DONE":
            self._check_done(pk, key, after)
        if new == "REFUSED":
            self._check_refused(pk, key, after)

    def _check_change(self, pk: str, key: str, before: Item, after: Item) -> None:
        fences = int(before["fence"]["N"]), int(after["fence"]["N"])
        if fences[1] < fences[0]:
            message = f"I2: the fence of {pk} {key} goes back"
            raise ViolationError(message)
        old, new = before["st"]["S"], after["st"]["S"]
        if old == "SENT":
            self._check_hands(pk, key, before, after)
        is_new_owner = before.get("own") != after.get("own")
        if (old, new) == ("SENT", "SENT") and is_new_owner and fences[1] == fences[0]:
            message = f"I2: {pk} {key} changes hands under the same fence"
            raise ViolationError(message)
        if old == "SENT" and new == "SENT" and _number(before, "epoch") != _number(after, "epoch"):
            message = f"I2: {pk} {key} gets another idempotency key while in doubt"
            raise ViolationError(message)
        if old == "SENT" and new == "SENT" and before["req_hash"] != after["req_hash"]:
            message = f"I2: the content of {pk} {key} changes while in doubt"
            raise ViolationError(message)
        if _number(after, "rearmed") > _MOST_RESENDS:
            message = f"I11: {pk} {key} is sent again and again"
            raise ViolationError(message)
        for name in _FIXED:
            if before.get(name) != after.get(name):
                message = f"I2: {name} of {pk} {key} changes"
                raise ViolationError(message)

    def _check_hands(self, pk: str, key: str, before: Item, after: Item) -> None:
        """Only its owner moves what is sent; another may take it over once the lease is over."""
        actor = self._wire.scheduler.current
        if actor is None:
            return
        name = before["own"]["S"].rpartition(".")[0]
        if before["own"] == after["own"]:
            if name != actor.name:
                message = f"I2: {pk} {key} of {name} is moved by {actor.name}"
                raise ViolationError(message)
            return
        now = self._wire.scheduler.instant().timestamp()
        early = _number(before, "lease") / 1000 - now
        if early > 2 * self._wire.largest_skew:
            message = f"I2: {pk} {key} is taken over {early:.0f} s before the lease of {name} ends"
            raise ViolationError(message)

    def _check_done(self, pk: str, key: str, after: Item) -> None:
        company = self.companies[pk.split("#")[1]]
        table, mark = table_of(key), after["doc_no"]["S"]
        result = json.loads(after["erp_doc"]["S"])
        record = None if table == "closing" else company.books.get(table, int(result["key"]))
        marks = _marks_in(record) if record else company.closings
        if mark not in marks:
            message = f"I2: {pk} {key} is done, and there is no {table} {mark}"
            raise ViolationError(message)

    def _check_put_back(self, pk: str, key: str, after: Item) -> None:
        """Ready again means that nothing of it is there or on its way: it may be cancelled now.

        Where Sage refuses a second document of one number, a date in a closed period is no proof of
        that: a request with this date that is on its way is refused as well when it comes.
        """
        company = self.companies[pk.split("#")[1]]
        table, mark = table_of(key), after["doc_no"]["S"]
        is_unique = table == "customer" or table in company.hard_unique
        if is_unique and after.get("reason") == {"S": "PERIOD_CLOSED"}:
            return
        if company.marks[table, mark] or company.may_land(mark):
            message = f"I2: {pk} {key} is ready again, and {table} {mark} is there or on its way"
            raise ViolationError(message)

    def _check_refused(self, pk: str, key: str, after: Item) -> None:
        company = self.companies[pk.split("#")[1]]
        table, mark = table_of(key), after["doc_no"]["S"]
        if company.marks[table, mark]:
            message = f"I2: {pk} {key} is called refused, and {table} {mark} is in the books"
            raise ViolationError(message)


def _marks_in(record: Mapping[str, Any]) -> set[str]:
    names = ("id", "reference_number", "adjustment_number", "document_number")
    return {str(record[name]) for name in names if record.get(name)}


def _number(item: Item | None, name: str) -> int:
    return int((item or {}).get(name, {}).get("N", "0"))
