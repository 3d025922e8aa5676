"""Keeping every tenant's connections fresh, so that no order has to wait for a login."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from intacct.errors import CredentialsError, IntacctError
from shared.connections.single_flight import Outcome
from shared.tenants.models import Tenant

# The schedule runs every ten minutes: what would end before the next run but one is renewed now.
AHEAD = timedelta(minutes=15)
REFUSED = "refused"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a look at one connection came to: fresh, renewed, busy, refused or failed."""

    tenant: str
    outcome: str
    entity: str = ""
    error: Exception | None = None

    def as_json(self) -> dict[str, str]:
        """The same as the function's answer and log hold it; of an error only its kind."""
        members = {
            "tenant": self.tenant,
            "entity": self.entity,
            "outcome": self.outcome,
            "error": type(self.error).__name__ if self.error else "",
        }
        return {name: value for name, value in members.items() if value}


Keep = Callable[[Tenant, str], Outcome]
"""Renews one connection of a tenant (at an entity, for sessions) if it is due."""


def keep_tokens(tenants: Iterable[Tenant], keep: Keep) -> list[Kept]:
    """Renew the token of every tenant that is due; a failure stops nobody else."""
    return [_kept(tenant, "", keep) for tenant in _active(tenants)]


def keep_sessions(tenants: Iterable[Tenant], keep: Keep) -> list[Kept]:
    """Renew the session of every entity of every tenant that is due; a failure stops nobody else.

    Entities are those that have a store; with refused credentials its other entities are
    not tried, because each login that fails brings a lock-out nearer (reliability §4.1).
    """
    results = []
    for tenant in _active(tenants):
        for entity in sorted({store.entity for store in tenant.stores}):
            result = _kept(tenant, entity, keep)
            results.append(result)
            if result.outcome == REFUSED:
                break
    return results


def _active(tenants: Iterable[Tenant]) -> Iterator[Tenant]:
    return (tenant for tenant in tenants if not tenant.is_paused)


def _kept(tenant: Tenant, entity: str, keep: Keep) -> Kept:
    try:
        return Kept(tenant.id, keep(tenant, entity).value, entity)
    except CredentialsError as exc:
        return Kept(tenant.id, REFUSED, entity, exc)
    except IntacctError as exc:
        return Kept(tenant.id, FAILED, entity, exc)
    except Exception as exc:  # noqa: BLE001  # one tenant's broken setting must not stop the rest
        return Kept(tenant.id, FAILED, entity, exc)
