"""One renewal for the whole fleet: who holds the lease renews, the others wait or go on (§4.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from intacct.errors import CredentialsError, IntacctError
from shared.connections.errors import (
    ConnectionBusyError,
    CredentialsMissingError,
    LeaseRanOutError,
)
from shared.connections.records import ConnectionKey, Fresh, Lease, Stored, digest_of
from shared.connections.table import ConnectionTable
from shared.connections.vault import UnreadableError, Vault

# Longer than any renewal takes (5 s to connect, 20 s to answer): a lease that ends while its holder
# still waits would let a second one spend the same refresh token.
LEASE = timedelta(seconds=30)
SIGN_IN = timedelta(seconds=25)
"""The longest that one sign-in takes; it leaves only while its lease lasts longer than this."""
_PATIENCE_SECONDS = 10.0
_HELD_SECONDS = 30.0
# After a refused login nobody tries the same credentials again for this long, and twice as long
# after each further refusal, up to five hours: a login tried over and over locks the user out.
_REFUSAL = timedelta(minutes=5)
_MOST_DOUBLINGS = 6
# An incomplete secret is noted this long, so that whoever looks at the record sees it; completing
# it counts at once, for the note names no credentials that could be refused.
_INCOMPLETE = timedelta(minutes=15)
_NO_CREDENTIALS = "incomplete"
# While credentials are refused each process asks this often whether the secret was replaced.
_REREAD_EVERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time, chance and identity, injected: `uniform` is `random.uniform`, `owner` a fresh id."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    uniform: Callable[[float, float], float]
    owner: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Held:
    """A usable value in this process's memory; the text never shows in a repr."""

    text: str = field(repr=False)
    digest: str
    expires_at: datetime
    renew_at: datetime
    read_at: float


class Outcome(StrEnum):
    """What a scheduled look at a connection came to."""

    FRESH = "fresh"
    RENEWED = "renewed"
    BUSY = "busy"


class Issuer(Protocol):
    """Gets a new value for a connection; the only thing that tokens and sessions differ in."""

    def credentials_digest(self) -> str:
        """What the present credentials are recognised by."""
        ...

    def newest_digest(self) -> str:
        """The same of the secret's newest version, read now."""
        ...

    def issue(self, lease: Lease) -> Fresh:
        """A new value from Sage Intacct; calls `insist_on` right before each sign-in.

        Raises:
            CredentialsError: the credentials were refused.
            LeaseRanOutError: the lease ends too soon for a sign-in.
            NotSentError: there was no answer; trying again is safe.
        """
        ...

    def publish(self, lease: Lease, fresh: Fresh) -> bool:
        """Store the value for everybody; False when the lease is no longer ours."""
        ...


def insist_on(lease: Lease, now: datetime) -> None:
    """Let a sign-in leave only while the lease outlasts it.

    A process may have been frozen since it took the lease. Another one has signed in meanwhile, and
    a second sign-in would end that one's token (REST reference §3.4).

    Raises:
        LeaseRanOutError: the lease ends too soon.
    """
    if lease.until - now < SIGN_IN:
        message = "the right to renew this connection ended before the sign-in left"
        raise LeaseRanOutError(message)


class SingleFlight:
    """One connection of one tenant as this process sees it."""

    def __init__(
        self,
        key: ConnectionKey,
        issuer: Issuer,
        table: ConnectionTable,
        vault: Vault,
        around: Surroundings,
    ) -> None:
        """`issuer` is asked for a new value only while this process holds the lease."""
        self._key = key
        self._issuer = issuer
        self._table = table
        self._vault = vault
        self._around = around
        self._held: Held | None = None
        self._reread_at: float | None = None

    def __repr__(self) -> str:
        """Name the connection, never its value."""
        return f"SingleFlight({self._key.pk!r}, {self._key.sk!r})"

    def current(self) -> Held:
        """A value that should still live; from memory for at most half a minute.

        Raises:
            ConnectionBusyError: there is none, and who renews it took too long.
            ConnectionStoreError: the shared table or KMS could not be used.
            CredentialsError: the credentials are refused.
        """
        held = self._held
        if held and self._is_young(held) and self._around.clock() < held.renew_at:
            return held
        return self._settle()

    def renewed(self, rejected: str) -> Held:
        """Another value than the one that was just refused, once for the whole fleet.

        Raises:
            As `current`.
        """
        digest = digest_of(rejected)
        if self._held and self._held.digest == digest:
            self._held = None
        self._table.invalidate(self._key, digest=digest)
        return self._settle(rejected=digest)

    def keep_fresh(self, *, ahead: timedelta) -> Outcome:
        """Renew now if the value is due, or would end within `ahead`; for schedules.

        Raises:
            As `current`; never for a lease that somebody else holds.
        """
        stored = self._table.read(self._key)
        now = self._around.clock()
        ends_soon = not stored.is_usable(now + ahead)
        if not ends_soon and now < stored.renew_at:
            return Outcome.FRESH
        self._stop_if_refused(stored, now)
        lease = self._lease(stored, now)
        if lease is None:
            return Outcome.BUSY
        return Outcome.RENEWED if self._renew(lease) else Outcome.BUSY

    def slide(self, digest: str, *, expires_at: datetime, renew_at: datetime) -> None:
        """Move the end of that value forward, here and for everybody."""
        held = self._held
        if held and held.digest == digest:
            self._held = Held(held.text, digest, expires_at, renew_at, held.read_at)
        self._table.extend(self._key, digest=digest, expires_at=expires_at, renew_at=renew_at)

    def _is_young(self, held: Held) -> bool:
        return self._around.monotonic() - held.read_at < _HELD_SECONDS

    def _settle(self, *, rejected: str = "") -> Held:
        until = self._around.monotonic() + _PATIENCE_SECONDS
        while True:
            stored = self._table.read(self._key)
            now = self._around.clock()
            usable = self._opened(stored) if stored.is_usable(now, rejected=rejected) else None
            if usable and (now < stored.renew_at or now < stored.refused_until):
                return usable
            self._stop_if_refused(stored, now)
            lease = self._lease(stored, now)
            if lease is not None:
                got = self._renew_or_keep(lease, usable)
                if got:
                    return got
                continue  # we were overtaken: whoever was quicker has published
            if usable:
                return usable  # who lost the race goes on with what still lives
            if self._around.monotonic() > until:
                message = "somebody else is renewing this connection to Sage Intacct"
                raise ConnectionBusyError(message)
            self._around.sleep(self._around.uniform(0.05, 0.1))

    def _renew_or_keep(self, lease: Lease, usable: Held | None) -> Held | None:
        try:
            return self._renew(lease)
        except IntacctError:
            if usable:  # renewed early, and for nothing: it lives on
                return usable
            raise

    def _lease(self, stored: Stored, now: datetime) -> Lease | None:
        if stored.lease_until > now:
            return None
        return self._table.lease(
            self._key, stored, owner=self._around.owner(), now=now, until=now + LEASE
        )

    def _renew(self, lease: Lease) -> Held | None:
        """Get and publish a value; None when the lease was lost meanwhile: then it is dropped."""
        try:
            fresh = self._issuer.issue(lease)
        except LeaseRanOutError:
            self._table.release(lease)
            return None
        except CredentialsMissingError:  # ours to complete, and no attempt that Sage counts
            until = self._around.clock() + _INCOMPLETE
            self._table.refuse(lease, until=until, secret=_NO_CREDENTIALS, refusals=0)
            raise
        except CredentialsError:
            if self._note_refusal(lease):
                raise
            return None  # refused is what our successor has spent: its value is the one that counts
        except IntacctError:
            self._table.release(lease)
            raise
        try:
            is_published = self._issuer.publish(lease, fresh)
        except IntacctError:
            self._table.release(lease)
            raise
        if not is_published:
            return None
        return self._remember(fresh.text, fresh.digest, fresh.expires_at, fresh.renew_at)

    def _note_refusal(self, lease: Lease) -> bool:
        """Keep others from trying these credentials; False when the lease was lost meanwhile."""
        secret = self._issuer.credentials_digest()
        before = lease.before.refusals if lease.before.refused_secret == secret else 0
        pause = _REFUSAL * 2 ** min(before, _MOST_DOUBLINGS)
        until = self._around.clock() + pause
        return self._table.refuse(lease, until=until, secret=secret, refusals=before + 1)

    def _stop_if_refused(self, stored: Stored, now: datetime) -> None:
        if now >= stored.refused_until:
            return
        if stored.refused_secret != self._issuer.credentials_digest():
            return
        if stored.refused_secret != self._newest_digest():
            return
        message = "these credentials were refused a moment ago and are not tried again yet"
        raise CredentialsError(message)

    def _newest_digest(self) -> str:
        now = self._around.monotonic()
        if self._reread_at is not None and now - self._reread_at < _REREAD_EVERY_SECONDS:
            return self._issuer.credentials_digest()
        self._reread_at = now
        return self._issuer.newest_digest()

    def _opened(self, stored: Stored) -> Held | None:
        held = self._held
        if held and held.digest == stored.digest:
            text = held.text
        else:
            try:
                text = self._vault.open(stored.sealed, self._key.encryption_context("value"))
            except UnreadableError:
                return None  # sealed by a former key: renew it
        return self._remember(text, stored.digest, stored.expires_at, stored.renew_at)

    def _remember(self, text: str, digest: str, expires_at: datetime, renew_at: datetime) -> Held:
        self._held = Held(text, digest, expires_at, renew_at, self._around.monotonic())
        return self._held
