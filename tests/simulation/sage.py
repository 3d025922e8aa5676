"""Sage Intacct for one tenant: the simulator's books, and what may happen on the way to them.

The books are `local.intacct_simulator.books`; this module adds what a wire adds: tokens, refusals,
lost and late requests, lagging look-ups, the memory for idempotency keys, unique numbers where the
company has them. The clients' own translation and error tables are proved elsewhere
(tests/contract); here their place is taken by `sage_documents`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from intacct.documents import Contact, Customer, Document, DocumentResult
from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    NotSentError,
    OutcomeUnknownError,
    PeriodClosedError,
    RateLimitedError,
    RejectedError,
)
from intacct.rest.auth import Token, TokenSource
from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.errors import BusinessError, Kind
from local.intacct_simulator.clock import Clock
from local.intacct_simulator.company import Company as SimulatedCompany
from shared.ledger.run import mark_of
from shared.ports import Found
from tests.simulation.faults import Fault
from tests.simulation.sage_documents import TABLES, fields_of, found_of, result_of
from tests.simulation.scheduler import START, KilledError
from tests.simulation.violations import ViolationError
from tests.simulation.wire import Wire

ENTITY = "100"
TOKEN_SECONDS = 3600.0
LATEST_LANDING_SECONDS = 900.0
"""How late a request may land where nothing but the settle window protects (reliability A4)."""
LATEST_UNIQUE_SECONDS = 1500.0
"""How late it may land where Sage refuses a second document of the same number."""

_HTTP_TIMEOUT = 40.0
_STALE_SECONDS = 4.0
_STALE_UNIQUE_SECONDS = 300.0
_LAST_DAY = date(2026, 3, 31)


class Company:
    """One tenant's company at Sage."""

    def __init__(
        self,
        tenant: str,
        wire: Wire,
        dice: random.Random,
        on_violation: Callable[[ViolationError], None],
        on_send: Callable[[str], None],
    ) -> None:
        """`on_send` is told the control id of every request that leaves for Sage."""
        scheduler = wire.scheduler
        self.tenant = tenant
        self.books = Books(Clock(wall=lambda: START.timestamp() + scheduler.now))
        self.books.store.restore(_seed())
        self.hard_unique = _drawn_kinds(dice)
        self.remembers_keys = dice.random() < 0.5
        self.lag = dice.choice((0.0, 0.0, 1.0, 4.0))
        self.storm_until = 0.0
        self.travelling = 0
        self.token = ""
        self.token_until = 0.0
        self.logins = 0
        self.signing_in = 0
        self.deaths = 0
        self.is_published: Callable[[str], bool] = lambda _token: False
        self.marks: Counter[tuple[str, str]] = Counter()
        self._wire = wire
        self.on_send = on_send
        self._on_violation = on_violation
        self._visible_at: dict[tuple[str, int], float] = {}
        self._memory: dict[str, DocumentResult | RejectedError] = {}

    def is_unique(self, document: Document) -> bool:
        """Whether Sage refuses a second document of the same number."""
        return isinstance(document, Customer) or TABLES[type(document)][0] in self.hard_unique

    def commit(self, document: Document, idempotency_key: str) -> DocumentResult:
        """What Sage does with a request that reached it.

        Raises:
            RejectedError: it refuses, or repeats a refusal it remembers.
        """
        known = self._memory.get(idempotency_key) if self.remembers_keys else None
        if isinstance(known, DocumentResult):
            return known
        if known is not None:
            raise type(known)(str(known), is_replay=True)
        try:
            result = self.land(document)
        except RejectedError as error:
            self._memory[idempotency_key] = error
            raise
        self._memory[idempotency_key] = result
        return result

    def land(self, document: Document) -> DocumentResult:
        """Bring the document into the books, whoever waits for it or not.

        Raises:
            RejectedError: the books refuse it.
        """
        table, mark = TABLES[type(document)][0], mark_of(document)
        if self.is_unique(document) and self.marks[table, mark]:
            message = "this number is taken"
            raise DuplicateDocumentError(message)
        try:
            record = self.books.create(table, fields_of(document, self.books), entity=ENTITY)
        except BusinessError as error:
            raise _refusal(error) from error
        self.marks[table, mark] += 1
        self._visible_at[table, record["key"]] = self._wire.scheduler.now + self.lag
        self._wire.story.tell(f"books of {self.tenant}: {table} {mark}")
        if self.marks[table, mark] > 1:
            message = f"I1: {self.tenant}: {table} {mark} is in the books twice"
            self._on_violation(ViolationError(message))
        return result_of(record)

    def land_late(self, document: Document) -> None:
        """Have the document land some time later, unasked."""
        most = LATEST_UNIQUE_SECONDS if self.is_unique(document) else LATEST_LANDING_SECONDS
        delay = self._wire.faults.dice.random() * self._wire.faults.dice.choice((130.0, most, most))
        self.travelling += 1

        def arrive() -> None:
            self.travelling -= 1
            try:
                self.land(document)
            except RejectedError as error:
                self._wire.story.tell(f"late {mark_of(document)} refused: {error}")

        self._wire.scheduler.at(self._wire.scheduler.now + delay, arrive)

    def found(self, document: Document, *, stale_seconds: float = 0.0) -> list[Found]:
        """What a look-up by our mark shows at this moment."""
        table, field = TABLES[type(document)]
        shown_until = self._wire.scheduler.now - stale_seconds
        return [
            found_of(document, record, self.books)
            for record in self.books.find(table, **{field: mark_of(document)})
            if self._visible_at.get((table, record["key"]), 0.0) <= shown_until
        ]

    def login(self) -> Token:
        """A new token; it ends the one before (REST reference §3.4)."""
        now = self._wire.scheduler.now
        is_young = self.token_until - now > TOKEN_SECONDS / 2
        if is_young and self.token and self.is_published(self.token):
            self.needless(f"I10: {self.tenant} signs in although everybody has a good token")
        self.logins += 1
        self.token = f"token-{self.tenant}-{self.logins}"
        self.token_until = now + TOKEN_SECONDS
        expires_at = self._wire.scheduler.instant() + timedelta(seconds=TOKEN_SECONDS)
        return Token(access_token=self.token, expires_at=expires_at)

    def needless(self, message: str) -> None:
        """Report a login that a process should not have made, unless it slept through its lease."""
        if not self._wire.was_delayed() and not self._wire.largest_skew:
            self._on_violation(ViolationError(message))

    def revoke(self) -> None:
        """End the token before its time."""
        if self.token:
            self.deaths += 1
            self.token = ""

    def close_period(self, seconds: float) -> None:
        """Close March for a while; somebody at the company opens it again."""
        self.books.periods.close(ENTITY, _LAST_DAY)
        self._wire.scheduler.at(self._wire.scheduler.now + seconds, self.open_period)

    def open_period(self) -> None:
        """Let March be posted to again."""
        self.books.periods.reopen(ENTITY, None)


class SageBooks:
    """One process's way to a company's books: `shared.ports.Books`, with faults."""

    def __init__(self, wire: Wire, company: Company, tokens: TokenSource) -> None:
        self._wire = wire
        self._company = company
        self._tokens = tokens

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        """Post one document."""
        token = self._tokens.current()
        self._company.on_send(control_id)
        kind = self._request("sage.create", mark_of(document))
        company = self._company
        if kind is Fault.LANDS_LATE:
            company.land_late(document)
            self._wait_in_vain()
        if kind is Fault.PERIOD_CLOSED:
            company.close_period(600.0 + self._wire.faults.dice.random() * 7200.0)
        self._insist_on_token(token)
        result = company.commit(document, idempotency_key)
        self._answer(kind)
        return result

    def find(self, document: Document) -> Sequence[Found]:
        """Look a document up by our mark."""
        token = self._tokens.current()
        kind = self._request("sage.find", mark_of(document))
        self._insist_on_token(token)
        found = self._company.found(document, stale_seconds=self._staleness(kind, document))
        self._answer(kind)
        return found

    def find_customers(self, *, email: str = "", customer_id: str = "") -> Sequence[Customer]:
        """Not asked for by the use cases under test."""
        raise NotImplementedError

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """Not asked for by the use cases under test."""
        raise NotImplementedError

    def _staleness(self, kind: Fault | None, document: Document) -> float:
        """How old the look-up's view is: without bound it is survived only by unique numbers."""
        if kind is not Fault.STALE_READ:
            return 0.0
        return _STALE_UNIQUE_SECONDS if self._company.is_unique(document) else _STALE_SECONDS

    def _request(self, boundary: str, about: str) -> Fault | None:
        kind = self._wire.strike(boundary, about)
        self._wire.latency(1.0)
        now = self._wire.scheduler.now
        if kind is Fault.RATE_LIMITED:
            self._company.storm_until = now + self._wire.faults.dice.random() * 120.0
        if now < self._company.storm_until or kind is Fault.RATE_LIMITED:
            message = "too many requests"
            raise RateLimitedError(message, retry_after_seconds=5.0)
        if kind is Fault.UNAVAILABLE:
            message = "please try again later"
            raise NotSentError(message)
        if kind is Fault.REQUEST_LOST:
            self._wait_in_vain()
        if kind is Fault.TOKEN_DEAD:
            self._company.revoke()
        return kind

    def _insist_on_token(self, token: str) -> None:
        """What `intacct.rest.auth.BearerAuth` does: once more with a newer token."""
        for _ in range(2):
            company = self._company
            if token == company.token and self._wire.scheduler.now < company.token_until:
                return
            self._wire.story.tell("token refused")
            token = self._tokens.renewed(rejected=token)
        if token != self._company.token:
            message = "the new token was refused as well"
            raise CredentialsError(message)

    def _answer(self, kind: Fault | None) -> None:
        if kind is Fault.CRASH_AFTER:
            raise KilledError
        if kind is Fault.ANSWER_LOST:
            self._wait_in_vain()

    def _wait_in_vain(self) -> None:
        self._wire.scheduler.sleep(_HTTP_TIMEOUT)
        message = "no answer came"
        raise OutcomeUnknownError(message)


class LoginDesk:
    """The token endpoint of one company, as one process reaches it."""

    def __init__(self, wire: Wire, company: Company) -> None:
        self._wire = wire
        self._company = company

    def client_credentials(self, username: str) -> Token:
        """Sign in."""
        del username
        kind = self._wire.strike("sage.token", self._company.tenant)
        if self._company.signing_in:
            self._company.needless(f"I10: two processes sign in to {self._company.tenant} at once")
        counted = not self._wire.was_delayed()
        self._company.signing_in += counted
        try:
            self._wire.latency(0.5)
        finally:
            self._company.signing_in -= counted
        if kind is Fault.REQUEST_LOST:
            self._unanswered()
        if kind is Fault.UNAVAILABLE:
            message = "please try again later"
            raise NotSentError(message)
        token = self._company.login()
        self._wire.story.tell(f"login {self._company.logins} of {self._company.tenant}")
        if kind is Fault.CRASH_AFTER:
            raise KilledError
        if kind is Fault.ANSWER_LOST:
            self._unanswered()
        return token

    def _unanswered(self) -> None:
        self._wire.scheduler.sleep(20.0)
        message = "no token could be had now"
        raise NotSentError(message)


@cache
def _seed() -> dict[str, Any]:
    books = SimulatedCompany().books
    books.create("customer", {"id": "WEB", "name": "Web channel"})
    return books.store.snapshot()


def _drawn_kinds(dice: random.Random) -> Collection[str]:
    """All tables or none: what a set-up check of the company would have proved."""
    tables = [table for table, _ in TABLES.values()]
    return frozenset(tables) if dice.random() < 0.5 else frozenset()


def _refusal(error: BusinessError) -> RejectedError:
    if error.kind is Kind.DUPLICATE:
        return DuplicateDocumentError(error.text)
    if error.error_id == "GL-0912":
        return PeriodClosedError(error.text)
    return RejectedError(error.text)
