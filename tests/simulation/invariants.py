"""What must always be true (reliability §8.1), checked at each write and at the end of a history.

The rules of the ledger are written down once more here, from reliability §3.2 and not from the
product's code, so that a defect there cannot excuse itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from intacct.documents import Customer, Document
from shared.facts.store import facts_record
from tests.simulation.company import Company
from tests.simulation.histories import Business, Delivery
from tests.simulation.sage_documents import marks_of
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
        ("REFUSED", "DONE"),
        ("REVIEW", "DONE"),
    }
)
_KINDS_BEFORE = {"INVOICE": "SO_CREATE", "APPLY": "INVOICE", "REFUND_PAY": "CREDIT"}
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
        if new == "SENT" and (
            old != "SENT" or _number(before, "sent_at") != _number(after, "sent_at")
        ):
            self._armed[after["controlid"]["S"]] += 1
            self._hashes[after["controlid"]["S"]] = after["req_hash"]["S"]
        if (old, new) == ("SENT", "READY"):
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
        if company.marks[table, mark] or company.travelling[mark]:
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


def check_end(
    business: Business,
    companies: Mapping[str, Company],
    items: Mapping[str, list[Item]],
    accepted: list[Delivery],
    left_to_people: Collection[tuple[str, str]],
) -> None:
    """Check what must be true once everything has come to rest.

    `left_to_people` are orders, by store and id, that a person must correct in the books: those
    balance, but do not show yet what was sold.

    Raises:
        ViolationError: an invariant does not hold.
    """
    tenants_left = {store.partition("-")[0] for store, _ in left_to_people}
    wanted = [
        item
        for item in _wanted_items(business, items)
        if item["st"]["S"] == "DONE" or tuple(item["pk"]["S"].split("#")[2:]) not in left_to_people
    ]
    in_doubt = {_place_of(item) for item in items["ledger"] if item not in wanted}
    _check_ledger(companies, wanted, in_doubt)
    for tenant, company in companies.items():
        _check_balance(tenant, company)
        if tenant not in tenants_left:
            _check_books(tenant, company, business)
        _check_tenants_apart(tenant, company, business)
        _check_buyers(tenant, company, business)
    _check_accepted(items["orders"], accepted)


def _wanted_items(business: Business, items: Mapping[str, list[Item]]) -> list[Item]:
    """The ledger without customers whose only orders were cancelled unpaid, and who were not made.

    Nobody needs such a customer, but no doubt about one may stay (what is SENT stays in the list).
    """
    wanted = {
        record.customer
        for record in map(facts_record, _facts(items["orders"]))
        if record.pk.split("#")[2:] not in [list(place) for place in business.cancelled]
    }
    return [
        item
        for item in items["ledger"]
        if not item["pk"]["S"].startswith("CUS#")
        or item["st"]["S"] in {"DONE", "SENT"}
        or item["pk"]["S"].split("#")[2] in wanted
    ]


def _facts(orders: list[Item]) -> list[Item]:
    return [item for item in orders if item["sk"]["S"] == "FACTS"]


def _check_ledger(
    companies: Mapping[str, Company], ledger: list[Item], in_doubt: set[tuple[str, str]]
) -> None:
    """I1, I9: what is in the books and what is done are the same set, each once.

    They differ by exactly what people at the companies changed by hand.
    """
    posted: dict[tuple[str, str], int] = {}
    for tenant, company in companies.items():
        for table, mark in marks_of(company.books):
            if (table, mark) != ("customer", "WEB"):
                posted[f"{tenant} {table}", mark] = posted.get((f"{tenant} {table}", mark), 0) + 1
        posted.update({(f"{tenant} closing", mark): 1 for mark in company.closings})
    twice = [place for place, times in posted.items() if times > 1]
    if twice:
        message = f"I1: in the books twice: {twice}"
        raise ViolationError(message)
    done = set()
    for item in ledger:
        place = _place_of(item)
        state = item["st"]["S"]
        if state == "DONE":
            done.add(place)
        elif state != "CANCELLED":
            message = f"I11: {item['pk']['S']} {item['sk']['S']} is still {state}"
            raise ViolationError(message)
        elif place in posted:
            message = f"I2: {place} is cancelled and in the books"
            raise ViolationError(message)
    differing = {place for place in done ^ set(posted) if place in done or place not in in_doubt}
    edited = {
        (f"{tenant} {table}", number)
        for tenant, company in companies.items()
        for (table, mark), newer in company.renamed.items()
        for number in (mark, newer)
    }
    if differing != edited:
        message = f"I1: done and in the books differ: {sorted(differing ^ edited)}"
        raise ViolationError(message)


def _shown(company: Company) -> dict[str, int]:
    shown: dict[str, int] = {}
    for row in company.books.trial_balance():
        shown[row.account] = shown.get(row.account, 0) + int((row.debit - row.credit) * 100)
    return shown


def _check_balance(tenant: str, company: Company) -> None:
    if sum(_shown(company).values()):
        message = f"I4: the books of {tenant} do not balance"
        raise ViolationError(message)


def _check_books(tenant: str, company: Company, business: Business) -> None:
    """I4: the books show to the cent what was sold and given back."""
    shown = _shown(company)
    wanted = business.balances(tenant)
    actual = {account: cents for account, cents in shown.items() if cents}
    if wanted != actual:
        differing = {
            account: (wanted.get(account, 0), actual.get(account, 0))
            for account in sorted(wanted.keys() | actual.keys())
            if wanted.get(account, 0) != actual.get(account, 0)
        }
        message = f"I4: {tenant} wanted and has, in cents: {differing}"
        raise ViolationError(message)


def _check_tenants_apart(tenant: str, company: Company, business: Business) -> None:
    """I8: nothing of one tenant's buyers in another's books."""
    text = " ".join(
        f"{row.get('name')} {row.get('email1')}"
        for table in ("customer", "contact")
        for row in company.books.select(table, private=True)
    )
    for other in business.tenants:
        if other != tenant and f"anary-{other}" in text:
            message = f"I8: a buyer of {other} is in the books of {tenant}"
            raise ViolationError(message)


def _check_accepted(orders: list[Item], accepted: list[Delivery]) -> None:
    """I3: what was acknowledged to the cart is in the order's facts."""
    known = {item["pk"]["S"]: facts_record(item) for item in _facts(orders)}
    for delivery in accepted:
        record = known.get(f"ORD#{delivery.tenant}#{delivery.store}#{delivery.order_id}")
        if record is None:
            message = f"I3: {delivery.event_id} was acknowledged and its order is not known"
            raise ViolationError(message)
        facts, document = record.known, str(delivery.body["id"])
        ids = {
            "fulfillments/create": {parcel.ref.id for parcel in facts.fulfilments},
            "refunds/create": {refund.ref.id for refund in facts.refunds},
        }.get(delivery.topic, {record.known.ref.id})
        if document not in ids:
            message = f"I3: {delivery.event_id} was acknowledged and is not in the facts"
            raise ViolationError(message)
        if record.due_at is not None:
            message = f"I11: {record.pk} is still due at {record.due_at}"
            raise ViolationError(message)


def _check_buyers(tenant: str, company: Company, business: Business) -> None:
    """I1: a buyer of a store is one customer in the books (reliability F20)."""
    buyers = {
        (delivery.store, delivery.body["customer"]["id"])
        for delivery in business.deliveries
        if delivery.tenant == tenant and "customer" in delivery.body
    }
    customers = sum(1 for table, _ in marks_of(company.books) if table == "customer") - 1
    if customers > len(buyers):
        message = f"I1: {tenant} has {customers} customers for {len(buyers)} buyers"
        raise ViolationError(message)


def check_order_of_effects(companies: Mapping[str, Company], ledger: list[Item]) -> None:
    """I5: no invoice before its order, no application before its invoice.

    Raises:
        ViolationError: a chain's documents came in another order.
    """
    chains: dict[str, dict[str, list[Any]]] = {}
    for item in ledger:
        pk, key = item["pk"]["S"], item["sk"]["S"]
        kind = key.split("/")[2]
        if not pk.startswith("ORD#") or item["st"]["S"] != "DONE" or kind == "VOID":
            continue
        books = companies[pk.split("#")[1]].books
        record = books.get(table_of(key), int(json.loads(item["erp_doc"]["S"])["key"]))
        chains.setdefault(pk, {}).setdefault(kind, []).append((record or {})["created_at"])
    for pk, chain in chains.items():
        for later, earlier in _KINDS_BEFORE.items():
            if later in chain and (earlier not in chain or min(chain[later]) < min(chain[earlier])):
                message = f"I5: {pk} has a {later} before its {earlier}"
                raise ViolationError(message)


def table_of(key: str) -> str:
    """The table of the books that a posting of this key is in."""
    tables = {
        "CUSTOMER": "customer",
        "SO_CREATE": "sales_document",
        "INVOICE": "sales_document",
        "ADVANCE": "ar_advance",
        "PAYMENT": "ar_payment",
        "APPLY": "ar_payment",
        "CREDIT": "ar_adjustment",
        "DEBIT": "ar_adjustment",
        "REFUND_PAY": "customer_refund",
        "JOURNAL": "journal_entry",
        "GL_BATCH": "journal_entry",
        "VOID": "closing",
    }
    return tables[key.split("/")[2]]


def _place_of(item: Item) -> tuple[str, str]:
    tenant = item["pk"]["S"].split("#")[1]
    return f"{tenant} {table_of(item['sk']['S'])}", str(item["doc_no"]["S"])


def _number(item: Item | None, name: str) -> int:
    return int((item or {}).get(name, {}).get("N", "0"))
