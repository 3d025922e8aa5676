"""One shared connection as it is kept: a sealed value, its life, its generation and its lease."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

NEVER = datetime.fromtimestamp(0, UTC)
"""The instant for "not at all": what expires then is expired already."""


@dataclass(frozen=True, slots=True)
class ConnectionKey:
    """Whose connection: `purpose` is `token` or `session`; `entity` is empty for tokens."""

    purpose: str
    tenant: str
    username: str
    entity: str = ""

    @property
    def pk(self) -> str:
        """The partition: all tokens, or all sessions, of a tenant."""
        return f"{self.purpose.upper()}#{self.tenant}"

    @property
    def sk(self) -> str:
        """The user at its company, and the entity in Sage's own notation where there is one."""
        return f"{self.username}|{self.entity}" if self.purpose == "session" else self.username

    def encryption_context(self, secret: str) -> dict[str, str]:
        """What the sealed value is bound to: it opens for the same tenant and use only (§4.2)."""
        return {
            "tenant": self.tenant,
            "entity": self.entity or "-",
            "purpose": f"{self.purpose}:{secret}",
        }


@dataclass(frozen=True, slots=True)
class Fresh:
    """A value just issued: usable until `expires_at`, to be renewed from `renew_at` on."""

    text: str = field(repr=False)
    obtained_at: datetime
    expires_at: datetime
    renew_at: datetime
    refresh_text: str = field(default="", repr=False)

    @property
    def digest(self) -> str:
        """What the value is recognised by without holding it."""
        return digest_of(self.text)


@dataclass(frozen=True, slots=True)
class Stored:
    """The record as it was read; an absent one has generation 0 and nothing else.

    `refusals` counts how often in a row `refused_secret`, the digest of a set of credentials, was
    refused. `intent_at` is set while a refresh was sent and its answer is not stored: until then
    the refresh token that is kept may be dead (§4.3).
    """

    generation: int = 0
    sealed: bytes = field(default=b"", repr=False)
    digest: str = ""
    expires_at: datetime = NEVER
    renew_at: datetime = NEVER
    lease_owner: str = ""
    lease_until: datetime = NEVER
    refused_until: datetime = NEVER
    refused_secret: str = ""
    refusals: int = 0
    refresh_sealed: bytes = field(default=b"", repr=False)
    refresh_previous: bytes = field(default=b"", repr=False)
    refresh_previous_until: datetime = NEVER
    refresh_origin: str = ""
    intent_at: datetime = NEVER

    def is_usable(self, now: datetime, *, rejected: str = "") -> bool:
        """Whether the value still lives and is not the one that was just refused."""
        return bool(self.sealed) and self.expires_at > now and self.digest != rejected


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to renew until `until`: the record as it was, our owner id, our generation."""

    key: ConnectionKey
    owner: str
    generation: int
    before: Stored
    until: datetime


def digest_of(text: str) -> str:
    """A digest to recognise a token or session by; both are long random texts."""
    return hashlib.sha256(text.encode()).hexdigest()
