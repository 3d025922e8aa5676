"""Our own clients at the work of the comparison: `python -m tests.benchmarks.sdk_ours --help`.

A worker prints one line of JSON: seconds of the wall and of this process's processor. Customers are
looked up ten at a time and their keys remembered, as the product does; one pool of connections
serves all lanes.
"""

from __future__ import annotations

import gc
import itertools
import json
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from commerce.money import Money
from intacct.documents import (
    AccountLine,
    Application,
    ArInvoice,
    Contact,
    Customer,
    Dimensions,
    Document,
    DocumentResult,
    MoneyPlace,
    Payment,
    SalesDocument,
    SalesLine,
)
from intacct.errors import IntacctError
from intacct.rest import query as rest_query
from intacct.rest.actions import RestActions
from intacct.rest.auth import Token, TokenEndpoint
from intacct.rest.client import RestClient
from intacct.transport import allowed_transport, http_client
from intacct.xml.actions import XmlActions
from intacct.xml.elements import text_at
from intacct.xml.envelope import SenderCredentials, UserCredentials
from intacct.xml.gateway import XmlGateway
from intacct.xml.queries import Query, has_one_of
from intacct.xml.sessions import Session, open_session
from intacct.xml.transport import XmlTransport
from tests.benchmarks import sdk_work as work

_CONNECTIONS = 8
_AT = Dimensions(location=work.LOCATION)
_DAY, _DUE = date(*work.DAY), date(*work.DUE)
_AMOUNT = Money.of(work.AMOUNT, "USD")
_PLACE = MoneyPlace(financial_entity=work.PLACE)


class Protocol(StrEnum):
    """Which of our clients works."""

    REST = "rest"
    XML = "xml"


class Sessions:
    """One session in memory for all lanes."""

    def __init__(self, opened: Callable[[], Session]) -> None:
        self._opened = opened
        self._lock = threading.Lock()
        self._held: Session | None = None

    def current(self, entity: str) -> Session:
        """The session; opened by whoever needs it first."""
        del entity
        with self._lock:
            self._held = self._held or self._opened()
            return self._held

    def renewed(self, entity: str, rejected: Session) -> Session:
        """Another session than the rejected one."""
        with self._lock:
            if self._held == rejected:
                self._held = None
        return self.current(entity)

    def seen(self, session: Session, expires_at: datetime) -> None:
        """Nothing: no session grows old in a benchmark."""


class Tokens:
    """One token in memory for all lanes."""

    def __init__(self, endpoint: TokenEndpoint, username: str) -> None:
        self._held: Token = endpoint.client_credentials(username)

    def current(self) -> str:
        """The token."""
        return self._held.access_token

    def renewed(self, *, rejected: str) -> str:
        """The same token: a refusal ends the run."""
        del rejected
        return self._held.access_token


class Lane:
    """Does orders, alone or ten at a time, over one protocol."""

    def __init__(self, protocol: Protocol, ready: dict[str, Any], authority: Path) -> None:
        trusted = ssl.create_default_context(cafile=str(authority))
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        inner = httpx.HTTPTransport(verify=trusted, limits=limits)
        urls = (ready["xml_url"], ready["rest_base_url"], ready["oauth_url"])
        http = self._http = http_client(allowed_transport(*urls, inner=inner))
        self._is_xml = protocol is Protocol.XML
        self._xml, self._rest = _xml(http, ready), None
        if not self._is_xml:
            self._client = _rest(http, ready)
            self._rest = RestActions(self._client, entity="", base_currency="USD")
        self._ids = itertools.count(1)
        self._known: set[str] = set()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def orders(self, run: str, numbers: Sequence[int]) -> None:
        """Do some orders together: unknown customers, orders and invoices, then payments."""
        wanted = [work.customer_id(run, number) for number in numbers]
        unseen = [one for one in wanted if one not in self._known]
        there = self._existing(unseen) if unseen else set()
        made: list[Document] = [_customer(one) for one in unseen if one not in there]
        pairs = list(zip(wanted, numbers, strict=True))
        made += [_order(customer, work.reference(run, number)) for customer, number in pairs]
        made += [_invoice(customer, work.reference(run, number)) for customer, number in pairs]
        results = self._post(made)
        self._known.update(wanted)
        invoices = results[-len(numbers) :]
        self._post(
            [
                _payment(customer, work.reference(run, number), invoice.key)
                for (customer, number), invoice in zip(pairs, invoices, strict=True)
            ]
        )

    def _existing(self, ids: Sequence[str]) -> set[str]:
        if self._is_xml:
            rows = self._xml.read(Query("CUSTOMER", ("CUSTOMERID",), has_one_of("CUSTOMERID", ids)))
            return {text_at(row, "CUSTOMERID") for row in rows}
        asked = rest_query.Query(
            "accounts-receivable/customer", ("id",), (rest_query.one_of("id", ids),)
        )
        return {str(row["id"]) for row in rest_query.rows(self._client, asked)}

    def _post(self, documents: Sequence[Document]) -> list[DocumentResult]:
        names = [f"bench-{time.time_ns()}-{next(self._ids)}" for _ in documents]
        if self._rest is None:
            # As the SDKs do: nothing is read back that the answer does not say.
            outcomes = self._xml.create_many(documents, names, reads_back=False)
        else:
            outcomes = self._rest.create_many(documents, names)
        made = []
        for outcome in outcomes:
            if isinstance(outcome, IntacctError):
                raise outcome
            made.append(outcome)
        return made


def _xml(http: httpx.Client, ready: dict[str, Any]) -> XmlActions:
    sender = SenderCredentials(ready["sender_id"], ready["sender_password"])
    user = UserCredentials(ready["company_id"], ready["user_id"], ready["user_password"])
    ids = itertools.count(1)

    def new_id() -> str:
        return f"request-{next(ids)}"

    transport = XmlTransport(http, ready["xml_url"], sender, new_id=new_id)
    sessions = Sessions(lambda: open_session(transport, user, clock=lambda: datetime.now(UTC)))
    gateway = XmlGateway(http, ready["xml_url"], sender, sessions, new_id=new_id)
    return XmlActions(gateway, base_currency="USD")


def _rest(http: httpx.Client, ready: dict[str, Any]) -> RestClient:
    endpoint = TokenEndpoint(
        http,
        ready["oauth_url"],
        client_id=ready["client_id"],
        client_secret=ready["client_secret"],
        clock=lambda: datetime.now(UTC),
    )
    tokens = Tokens(endpoint, ready["username"])
    return RestClient(http, ready["rest_base_url"], tokens, monotonic=time.monotonic)


def _customer(customer_id: str) -> Customer:
    contact = Contact(customer_id, customer_id, email=f"{customer_id}@example.com")
    return Customer(customer_id, customer_id, contact, term=work.TERM)


def _order(customer: str, reference: str) -> SalesDocument:
    line = SalesLine(work.ITEM, Decimal(work.QUANTITY), work.UNIT, Money.of(work.PRICE, "USD"), _AT)
    return SalesDocument(
        work.DEFINITION, reference, customer, _DAY, "USD", (line,), due_on=_DUE, term=work.TERM
    )


def _invoice(customer: str, reference: str) -> ArInvoice:
    line = AccountLine(work.ACCOUNT, _AMOUNT, _AT)
    return ArInvoice(reference, customer, _DAY, _DUE, (line,))


def _payment(customer: str, reference: str, invoice: str) -> Payment:
    applied = (Application(invoice, _AMOUNT),)
    return Payment(reference, customer, _DAY, _AMOUNT, _PLACE, applied)


def main(
    *,
    ready: Annotated[str, typer.Option(help="The line that the server printed.")],
    authority: Annotated[Path, typer.Option(help="Whose certificates are trusted.")],
    protocol: Annotated[Protocol, typer.Option()],
    orders: Annotated[int, typer.Option(min=1)],
    batch: Annotated[int, typer.Option(min=1, help="Orders in one request.")] = work.BATCH,
    lanes: Annotated[int, typer.Option(min=1)] = 1,
    run: Annotated[str, typer.Option(help="Part of all marks: another one in each run.")] = "R",
) -> None:
    """Do the orders and print what it took."""
    lane = Lane(protocol, json.loads(ready), authority)
    lane.orders(f"{run}W", range(batch))  # connections, sessions and caches are warm
    groups = [range(at, min(at + batch, orders)) for at in range(0, orders, batch)]
    gc.collect()
    wall, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(lanes) as pool:
        list(pool.map(lambda numbers: lane.orders(run, numbers), groups))
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    typer.echo(json.dumps({"wall_seconds": wall, "processor_seconds": processor}))


if __name__ == "__main__":
    typer.run(main)
