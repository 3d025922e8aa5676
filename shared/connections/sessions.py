"""XML sessions shared by the fleet: `intacct.xml.sessions.SessionSource` over the table.

A session is bound to company, user, entity and an endpoint URL, and slides with every call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from intacct.errors import CredentialsError
from intacct.xml.sessions import Session
from shared.connections.credentials import IntacctCredentials, TenantCredentials
from shared.connections.records import ConnectionKey, Fresh, Lease, digest_of
from shared.connections.single_flight import (
    Held,
    Outcome,
    SingleFlight,
    Surroundings,
    insist_on,
)
from shared.connections.table import ConnectionTable
from shared.connections.vault import Vault

Opener = Callable[[IntacctCredentials, str], Session]
"""Signs in with these credentials and opens a session at the entity (empty: top level)."""

_MARGIN = timedelta(seconds=60)
_RENEWED_EARLY = timedelta(seconds=120)
# A sliding end is shared at most this often by each process (§4.1).
_SLIDES_EVERY_SECONDS = 60.0


class SharedSessions:
    """The sessions of one tenant, one per entity."""

    def __init__(
        self,
        tenant: str,
        credentials: TenantCredentials,
        open_session: Opener,
        *,
        username: str,
        table: ConnectionTable,
        vault: Vault,
        around: Surroundings,
    ) -> None:
        """`username` is `userId@companyId`."""
        self._tenant = tenant
        self._credentials = credentials
        self._open_session = open_session
        self._username = username
        self._table = table
        self._vault = vault
        self._around = around
        self._flights: dict[str, SingleFlight] = {}
        self._slid_at: dict[str, float] = {}

    def __repr__(self) -> str:
        """Name the tenant, and no session."""
        return f"SharedSessions(tenant={self._tenant!r})"

    def current(self, entity: str) -> Session:
        """A session at the entity that should still live; opened when there is none.

        Raises:
            CredentialsError: the credentials are refused.
            NotSentError: no session could be had now; nothing was sent.
        """
        return _session(self._flight(entity).current(), entity)

    def renewed(self, entity: str, rejected: Session) -> Session:
        """Another session than the refused one.

        Raises:
            As `current`.
        """
        return _session(self._flight(entity).renewed(_text(rejected)), entity)

    def seen(self, session: Session, expires_at: datetime) -> None:
        """Sage answered the session and said until when it now lives."""
        now = self._around.monotonic()
        if now - self._slid_at.get(session.entity, -_SLIDES_EVERY_SECONDS) < _SLIDES_EVERY_SECONDS:
            return
        self._slid_at[session.entity] = now
        ends, renewed_from = _life(self._around.clock(), expires_at)
        self._flight(session.entity).slide(
            digest_of(_text(session)), expires_at=ends, renew_at=renewed_from
        )

    def keep_fresh(self, entity: str, *, ahead: timedelta) -> Outcome:
        """Open a session at the entity if there is none, or it ends within `ahead`.

        Raises:
            As `current`.
        """
        return self._flight(entity).keep_fresh(ahead=ahead)

    def _flight(self, entity: str) -> SingleFlight:
        known = self._flights.get(entity)
        if known is None:
            key = ConnectionKey("session", self._tenant, self._username, entity)
            issuer = _SessionIssuer(
                key=key,
                credentials=self._credentials,
                open_session=self._open_session,
                table=self._table,
                vault=self._vault,
                around=self._around,
            )
            known = SingleFlight(key, issuer, self._table, self._vault, self._around)
            self._flights[entity] = known
        return known


class _SessionIssuer:
    """Signs in under a lease."""

    def __init__(
        self,
        *,
        key: ConnectionKey,
        credentials: TenantCredentials,
        open_session: Opener,
        table: ConnectionTable,
        vault: Vault,
        around: Surroundings,
    ) -> None:
        self._key = key
        self._credentials = credentials
        self._open_session = open_session
        self._table = table
        self._vault = vault
        self._around = around

    def credentials_digest(self) -> str:
        return self._credentials.current().digest

    def newest_digest(self) -> str:
        return self._credentials.reread().digest

    def issue(self, lease: Lease) -> Fresh:
        used = self._credentials.current()
        try:
            session = self._signed_in(used, lease)
        except CredentialsError:
            now = self._credentials.reread()
            if now.digest == used.digest:
                raise
            session = self._signed_in(now, lease)
        obtained_at = self._around.clock()
        ends, renewed_from = _life(obtained_at, session.expires_at)
        return Fresh(_text(session), obtained_at, ends, renewed_from)

    def _signed_in(self, credentials: IntacctCredentials, lease: Lease) -> Session:
        insist_on(lease, self._around.clock())
        return self._open_session(credentials, self._key.entity)

    def publish(self, lease: Lease, fresh: Fresh) -> bool:
        sealed = self._vault.seal(fresh.text, self._key.encryption_context("value"))
        return self._table.publish(lease, fresh, sealed=sealed)


def _life(now: datetime, expires_at: datetime) -> tuple[datetime, datetime]:
    """When a session counts as ended and from when it is renewed; both shrink with a short life."""
    life = max(expires_at - now, timedelta(0))
    ends = expires_at - min(_MARGIN, life * 0.1)
    return ends, ends - min(_RENEWED_EARLY, life * 0.1)


def _text(session: Session) -> str:
    """What is sealed; the digest of this text is what the session is recognised by."""
    return json.dumps([session.id, session.endpoint], separators=(",", ":"))


def _session(held: Held, entity: str) -> Session:
    identifier, endpoint = json.loads(held.text)
    return replace(
        Session(id=identifier, endpoint=endpoint, expires_at=held.expires_at), entity=entity
    )
