"""Keeping every tenant's connections fresh, so that no order has to wait for a login."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from intacct.errors import CredentialsError, IntacctError
from shared.connections.single_flight import Outcome
from shared.tenants.models import Tenant

# The schedule runs every ten minutes: what would end before the next run but one is renewed now.
AHEAD = timedelta(minutes=15)
REFUSED = "refused"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a look at one connection came to: fresh, renewed, busy, refused or failed.

    A session has its entity; `is_reading` is the token of the user that only reads.
    """

    tenant: str
    outcome: str
    entity: str = ""
    error: Exception | None = None
    is_reading: bool = False

    @property
    def name(self) -> str:
        """The connection as people name it."""
        if self.entity:
            return f"XML session at entity {self.entity}"
        return "REST token of the reading user" if self.is_reading else "REST token"

    def as_json(self) -> dict[str, str]:
        """The same as the function's answer and log hold it; of an error only its kind."""
        members = {
            "tenant": self.tenant,
            "entity": self.entity,
            "user": "reading" if self.is_reading else "",
            "outcome": self.outcome,
            "error": type(self.error).__name__ if self.error else "",
        }
        return {name: value for name, value in members.items() if value}


KeepToken = Callable[[Tenant, bool], Outcome]
"""Renews the token of a tenant's user, or of the one that only reads, if it is due."""

KeepSession = Callable[[Tenant, str], Outcome]
"""Renews the session at one entity of a tenant if it is due."""


def active(tenants: Iterable[Tenant]) -> Iterator[Tenant]:
    """The tenants whose connections are kept: all that are not paused."""
    return (tenant for tenant in tenants if not tenant.is_paused)


def keep_tokens(tenant: Tenant, keep: KeepToken) -> list[Kept]:
    """Renew the tokens of a tenant that are due; a failure is a result."""
    return [
        _kept(Kept(tenant.id, "", is_reading=is_reading), partial(keep, tenant, is_reading))
        for _, is_reading in tenant.intacct.users()
    ]


def keep_sessions(tenant: Tenant, keep: KeepSession) -> list[Kept]:
    """Renew the session of every entity of a tenant that is due; a failure is a result.

    Entities are those that have a store; with refused credentials the other ones are not tried,
    because each login that fails brings a lock-out nearer (reliability §4.1).
    """
    results = []
    for entity in tenant.entities_with_stores():
        result = _kept(Kept(tenant.id, "", entity), partial(keep, tenant, entity))
        results.append(result)
        if result.outcome == REFUSED:
            break
    return results


def _kept(about: Kept, keep: Callable[[], Outcome]) -> Kept:
    try:
        return replace(about, outcome=keep().value)
    except CredentialsError as exc:
        return replace(about, outcome=REFUSED, error=exc)
    except IntacctError as exc:
        return replace(about, outcome=FAILED, error=exc)
    except Exception as exc:  # noqa: BLE001  # one tenant's broken setting must not stop the rest
        return replace(about, outcome=FAILED, error=exc)
