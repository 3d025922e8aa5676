"""One protocol's way to do every business action, through our routers, in one process."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from intacct.capabilities import CAPABILITIES, READS, Action, Protocol, Read
from intacct.changes import Change
from intacct.documents import Document, DocumentResult
from intacct.read_router import IntacctReads
from intacct.record_router import IntacctRecords
from intacct.records import Record
from intacct.rest.actions import RestActions
from intacct.rest.auth import TokenEndpoint
from intacct.rest.book_reads import RestBookReads
from intacct.rest.client import RestClient
from intacct.rest.receivables import CreditSign
from intacct.rest.records import RestRecords
from intacct.results import Found
from intacct.router import IntacctBooks
from intacct.xml.actions import XmlActions
from intacct.xml.book_reads import XmlBookReads
from intacct.xml.envelope import SenderCredentials, UserCredentials
from intacct.xml.gateway import XmlGateway
from intacct.xml.records import XmlRecords
from intacct.xml.sessions import open_session
from intacct.xml.transport import XmlTransport
from local.intacct_simulator.company import Company
from local.intacct_simulator.server import build
from tests.contract.conftest import HeldTokens
from tests.contract.xml_rig import AsgiTransport, HeldSessions

Between = Callable[[httpx.BaseTransport], httpx.BaseTransport]
ENTITY = "100"
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
_HOST = "http://127.0.0.1"
_REST = f"{_HOST}/ia/api/v1"
_XML = f"{_HOST}/ia/xml/xmlgw.phtml"

# What the books note of the way a record came, and of who looked at what.
_ABOUT_THE_WAY = frozenset({"created_at", "modified_at", "created_by", "modified_by", "at"})
_NOT_BOOKS = frozenset({"audit_history", "rest_idempotency_key", "user", "xml_control_id"})
# What one protocol says and the other has no place for.
_ONE_SIDED = frozenset(
    {
        ("contact", "id"),  # REST takes no id for a contact inside its customer (§16.1)
        ("ar_payment", "reference_number"),  # ARPYMT has the document number only (§13.4)
    }
)


def protocols_with(preferred: Protocol) -> dict[Action, Protocol]:
    """Every action by that protocol where it is offered, else by the only one that offers it."""
    return {
        action: preferred if preferred in capability.offered else capability.default
        for action, capability in CAPABILITIES.items()
    }


def reads_with(preferred: Protocol) -> dict[Read, Protocol]:
    """Every read by that protocol where it is offered, else by the only one that offers it."""
    return {
        read: preferred if preferred in capability.offered else capability.default
        for read, capability in READS.items()
    }


@dataclass
class Told:
    """What was sent in the course of a business story, to be looked for again."""

    documents: list[Document] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    results: list[DocumentResult] = field(default_factory=list)


class Teller:
    """Does business with one company over one protocol, wherever that offers the action."""

    def __init__(
        self, protocol: Protocol, *, after: Teller | None = None, between: Between | None = None
    ) -> None:
        """With a fresh company, or going on with that of another teller and what it told.

        `between` stands between the clients and the company.
        """
        self.company: Company = after.company if after else Company()
        self.company.clock.set(TODAY)
        self.told: Told = after.told if after else Told()
        self._marks = (f"{protocol}-{number}" for number in itertools.count(1))
        wire: httpx.BaseTransport = AsgiTransport(build(self.company))
        self._http = httpx.Client(transport=between(wire) if between else wire)
        chosen = protocols_with(protocol)
        self.rest = self._rest_client()
        self.gateway = self._xml_gateway()
        rest, gateway = self.rest, self.gateway
        self.books = IntacctBooks(
            rest=lambda: RestActions(
                rest, entity=ENTITY, base_currency="USD", credit_sign=CreditSign.NEGATIVE
            ),
            xml=lambda: XmlActions(gateway, entity=ENTITY, base_currency="USD"),
            protocols=chosen,
        )
        self.records = IntacctRecords(
            rest=lambda: RestRecords(rest, entity=ENTITY, base_currency="USD"),
            xml=lambda: XmlRecords(gateway, entity=ENTITY, base_currency="USD"),
            protocols=chosen,
        )

        self.reads = IntacctReads(
            rest=lambda: RestBookReads(rest, entity=ENTITY),
            xml=lambda: XmlBookReads(gateway, entity=ENTITY),
            protocols=reads_with(protocol),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _rest_client(self) -> RestClient:
        known = self.company.credentials
        endpoint = TokenEndpoint(
            self._http,
            f"{_REST}/oauth2/token",
            client_id=known.client_id,
            client_secret=known.client_secret,
            clock=self.company.clock.now,
        )
        tokens = HeldTokens(endpoint, known.username)
        return RestClient(self._http, _REST, tokens, monotonic=time.monotonic)

    def _xml_gateway(self) -> XmlGateway:
        known = self.company.credentials
        sender = SenderCredentials(known.sender_id, known.sender_password)
        user = UserCredentials(known.company_id, known.user_id, known.user_password)
        ids = (f"request-{number}" for number in itertools.count(1))
        transport = XmlTransport(self._http, _XML, sender, new_id=lambda: next(ids))
        sessions = HeldSessions(
            lambda entity: open_session(transport, user, entity, clock=self.company.clock.now)
        )
        return XmlGateway(self._http, _XML, sender, sessions, new_id=lambda: next(ids))

    def post(self, document: Document) -> DocumentResult:
        """Post a document, and note it."""
        mark = next(self._marks)
        result = self.books.create(document, control_id=mark, idempotency_key=mark)
        self.told.documents.append(document)
        self.told.results.append(result)
        return result

    def create(self, record: Record) -> DocumentResult:
        """Create a record, and note it."""
        mark = next(self._marks)
        result = self.records.create(record, control_id=mark, idempotency_key=mark)
        self.told.records.append(record)
        self.told.results.append(result)
        return result

    def change(self, change: Change) -> DocumentResult:
        """Change what is there; changes are told by what the books say afterwards."""
        mark = next(self._marks)
        return self.records.change(change, control_id=mark, idempotency_key=mark)

    def line_keys(self, table: str, result: DocumentResult) -> list[str]:
        """The keys of a document's lines, as a reader of the document would have them."""
        return [str(line["key"]) for line in self.company.books.lines(table, int(result.key))]

    def found(self) -> list[Found]:
        """What a look-up by our marks says of all that was told and is still there."""
        found: list[Found] = []
        for document in self.told.documents:
            found += self.books.find(document)
        for record in self.told.records:
            found += self.records.find(record)
        return found

    def balances(self) -> dict[str, str]:
        """Debits less credits of each account with a balance, money and statistics."""
        books = self.company.books
        rows = [*books.trial_balance(), *books.trial_balance(statistical=True)]
        return {row.account: f"{row.balance:.2f}" for row in rows if row.balance}

    def all_books(self) -> dict[str, list[dict[str, Any]]]:
        """Every record of the company, without how and when it came in."""
        tables = self.company.books.store.snapshot()["tables"]
        return {
            name: [_said(self.company, name, row) for row in rows]
            for name, rows in tables.items()
            if name not in _NOT_BOOKS
        }


def _said(company: Company, table: str, row: Any) -> dict[str, Any]:
    derived: dict[str, Any] = {}
    with suppress(KeyError):
        derived = company.books.derived(table, row)
    return {
        name: value
        for name, value in {**row, **derived}.items()
        if name not in _ABOUT_THE_WAY
        and (table, name) not in _ONE_SIDED
        and value not in (None, "", [], {})
    }


def differences(
    one: dict[str, list[dict[str, Any]]], other: dict[str, list[dict[str, Any]]]
) -> list[str]:
    """Where two companies' books differ, named by table, key and field."""
    found = []
    for table in sorted({*one, *other}):
        rows: Sequence[dict[str, Any]] = one.get(table, [])
        others = {row["key"]: row for row in other.get(table, [])}
        for row in rows:
            match = others.pop(row["key"], {})
            found += [
                f"{table} {row['key']} {name}: {row.get(name)!r} is not {match.get(name)!r}"
                for name in sorted({*row, *match})
                if row.get(name) != match.get(name)
            ]
        found += [f"{table} {key} is in the second company only" for key in others]
    return found
