"""One simulated company: its books, users, credentials, sessions, clock, faults and request log."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.desk import Setup
from local.intacct_simulator.books.roles import ensure_permissions, rights_of
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.clock import Clock
from local.intacct_simulator.events import Events
from local.intacct_simulator.faults import Faults
from local.intacct_simulator.log import RequestLog
from local.intacct_simulator.seed.fill import demo_data, fill
from local.intacct_simulator.sessions import Sessions


@dataclass(frozen=True)
class Credentials:
    """What clients sign in with. The defaults are for demonstrations and open nothing real."""

    company_id: str = "cartledger-demo-imp"
    user_id: str = "ws_cartledger"
    user_password: str = field(default="demo-user-password", repr=False)
    sender_id: str = "cartledger-sender"
    sender_password: str = field(default="demo-sender-password", repr=False)
    client_id: str = "cartledger-demo.app.sage.com"
    client_secret: str = field(default="demo-client-secret", repr=False)

    @property
    def username(self) -> str:
        """The name for the client-credentials grant: `userId@companyId`."""
        return f"{self.user_id}@{self.company_id}"


@dataclass
class Switches:
    """How the company behaves where Sage's behaviour is configurable or unconfirmed.

    Attributes:
        session_seconds: life of an XML session after its last use.
        token_seconds: life of an access token.
        rotate_refresh_tokens: whether a refresh gives a new refresh token and ends the old (U3).
        one_grant_per_user: whether a new authorisation ends the earlier one (REST reference §3.4).
        is_client_authorized: whether the company lists the client as authorised.
        bad_token_status: HTTP status for a bad bearer; 0 means 400 for one that is malformed or
            expired (what the public Python SDK looks for) and 401 for a revoked one (U6).
        sign_in_status: HTTP status of an XML sign-in that is refused: 200, or 400 or 401 as newer
            gateways answer (XML reference §17 no. 4).
        concurrency: requests at once before 429, or 0 for no limit (tier 1: 6).
        latency_seconds: added to every request.
        read_lag_seconds: how long new records stay invisible to queries (eventual consistency).
        adjustment_sign: `signed` (negative is a credit memo) or `positiveIsCredit` (U17).
        deletes_posted_entries: whether a posted journal entry in an open period may be deleted
            (XML reference §13.6: unconfirmed); drafts always may.
        webhook_signature: form of the signature header: `jwt`, or `base64` for JSON in base64
            that holds the client id beside it (U15).
        webhook_time_unit: unit of the token's times, `ms` or `s` (U15).
        duplicate_control_id: what XML answers to a repeated unique id: `error` or `replay`.
        tax_engine_rates: percent by the id of the item that carries a tax: the company's own tax
            engine works these out again on Order Entry documents; empty without one.
    """

    session_seconds: int = 21_600
    token_seconds: int = 43_200
    rotate_refresh_tokens: bool = False
    one_grant_per_user: bool = False
    is_client_authorized: bool = True
    bad_token_status: int = 0
    sign_in_status: int = 200
    concurrency: int = 0
    latency_seconds: float = 0.0
    read_lag_seconds: float = 0.0
    adjustment_sign: str = "signed"
    deletes_posted_entries: bool = False
    webhook_signature: str = "jwt"
    webhook_time_unit: str = "ms"
    duplicate_control_id: str = "error"
    tax_engine_rates: dict[str, str] = field(default_factory=dict)


class Company:
    """Everything both wires serve. Hold `lock` around the work of one request."""

    def __init__(
        self,
        *,
        credentials: Credentials | None = None,
        switches: Switches | None = None,
        clock: Clock | None = None,
        setup: Setup | None = None,
        seed: Mapping[str, Any] | None = None,
    ) -> None:
        self.credentials = credentials or Credentials()
        self.switches = switches or Switches()
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self.books = Books(
            self.clock, setup=setup, tax_rates=lambda: self.switches.tax_engine_rates
        )
        self.sessions = Sessions(self.clock, self.switches.session_seconds)
        self.faults = Faults()
        self.log = RequestLog()
        self.events = Events(self.books, self.credentials.company_id)
        self.passwords: dict[str, str] = {}
        fill(self.books, demo_data() if seed is None else seed)
        ensure_permissions(self.books.store)
        self.ensure_user()

    def ensure_user(self) -> None:
        """Add the user of the credentials where the books do not know it yet."""
        known = self.credentials
        self.passwords[known.user_id] = known.user_password
        if self.user(known.user_id) is None:
            self.add_user(known.user_id, known.user_password)

    def add_user(
        self,
        login: str,
        password: str,
        *,
        permissions: Mapping[str, list[str]] | None = None,
        entities: list[str] | None = None,
    ) -> Record:
        """Add a Web Services user.

        Args:
            login: the user id, case-sensitive.
            password: for XML sign-in.
            permissions: object name to rights (`list view add edit delete`); None means all.
            entities: ids of the entities the user may work in; None means all.
        """
        self.passwords[login] = password
        return self.books.create(
            "user",
            {
                "id": login,
                "name": login,
                "user_type": "business",
                "permissions": None if permissions is None else dict(permissions),
                "entities": None if entities is None else list(entities),
            },
        )

    def user(self, login: str) -> Record | None:
        """Give a user by login id, or None; ids are case-sensitive."""
        return self.books.by_id("user", login)

    def has_entity(self, entity: str) -> bool:
        """Tell whether an id names an entity."""
        return self.books.entities.by_id(entity) is not None

    def home_of(self, login: str) -> str:
        """Give the entity a user lands in: the only one it may enter, else the top level."""
        user = self.user(login)
        allowed = None if user is None else user.get("entities")
        return str(allowed[0]) if allowed and len(allowed) == 1 else ""

    def may_enter(self, login: str, entity: str) -> bool:
        """Tell whether a user may work in an entity; empty text is the top level."""
        user = self.user(login)
        if user is None or not (not entity or self.has_entity(entity)):
            return False
        allowed = user.get("entities")
        return allowed is None or entity in allowed

    def shows(self, record: Record) -> bool:
        """Tell whether queries see a record yet, where reads lag behind writes."""
        lag = self.switches.read_lag_seconds
        if not lag:
            return True
        made = record.get("created_at")
        return made is None or (self.clock.now() - made).total_seconds() >= lag

    def may_delete(self, name: str, record: Record, *, by_rest: bool) -> bool:
        """Tell whether a document in its state may be deleted, as far as the wires differ.

        A posted invoice that nobody paid goes by XML (XML reference §13.2) and is reversed by REST
        (REST reference §16.6).
        """
        if record.get("state") == "draft":
            return True
        if name == "ar_invoice":
            return not by_rest
        return name != "journal_entry" or self.switches.deletes_posted_entries

    def permits(self, login: str, object_name: str, right: str) -> bool:
        """Tell whether a user's role covers a right on an object."""
        user = self.user(login)
        if user is None or user.get("status") != "active":
            return False
        of_roles = rights_of(self.books.store, user, object_name)
        if of_roles is not None:
            return right in of_roles
        permissions = user.get("permissions")
        return permissions is None or right in permissions.get(object_name, [])
