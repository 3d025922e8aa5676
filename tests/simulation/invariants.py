"""What must be true once a history has come to rest (reliability §8.1)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from shared.facts.store import facts_record
from shared.gl.revisions import BatchState
from tests.simulation.company import Company
from tests.simulation.histories import Business, Delivery
from tests.simulation.sage_documents import marks_of
from tests.simulation.tables import Item
from tests.simulation.violations import ViolationError

_KINDS_BEFORE = {"INVOICE": "SO_CREATE", "APPLY": "INVOICE", "REFUND_PAY": "CREDIT"}


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
    _check_days(items["orders"], tenants_left)


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


def _check_days(orders: list[Item], tenants_left: Collection[str]) -> None:
    """I11: all that was entered into a day is in a batch, and no batch is under way."""
    for item in orders:
        kind, _, name = item["sk"]["S"].partition("#")
        place = f"{item['pk']['S']} {kind} {name}"
        if item["pk"]["S"].split("#")[1] in tenants_left:
            continue
        if kind == "EVENT" and "gl" not in item:
            message = f"I11: {place} is in no batch"
            raise ViolationError(message)
        if kind == "BATCH" and BatchState(item["st"]["S"]).is_unfinished:
            message = f"I11: {place} is still {item['st']['S']}"
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
