"""Defects of tokens and of what the fleet shares to keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from shared.connections import single_flight
from shared.connections.rate_slots import RateSlots
from shared.connections.records import ConnectionKey, Lease, Stored
from shared.connections.single_flight import SingleFlight
from shared.connections.table import ConnectionTable
from tests.simulation.faults import Fault
from tests.simulation.mutants.mutant import Mutant, Patch, all_of
from tests.simulation.weather import Weather, calm_but

_DYING = calm_but({("sage.create", Fault.TOKEN_DEAD): 0.3, ("sage.find", Fault.TOKEN_DEAD): 0.3})
_REVOKED = Weather({("sage.create", Fault.SECRET_REVOKED): 0.3})


def _invalidate_any_generation() -> Patch:
    def blunt(self: ConnectionTable, key: ConnectionKey, *, digest: str) -> None:
        del digest
        values = {":never": {"N": "0"}}
        self._update(
            key, "SET expires_at = :never, renew_at = :never", "attribute_exists(pk)", values
        )

    return patch.object(ConnectionTable, "invalidate", blunt)


def _lease_of_tokens_unconditioned() -> Patch:
    update = ConnectionTable._update

    def granted(
        self: ConnectionTable, key: Any, change: str, condition: str, values: Mapping[str, Any]
    ) -> Any:
        if change.startswith("SET lease_owner"):
            used = {name: value for name, value in values.items() if name in change}
            return update(self, key, change, "attribute_not_exists(nothing)", used)
        return update(self, key, change, condition, values)

    def always(self: SingleFlight, stored: Stored, now: datetime) -> Lease | None:
        owner = self._around.owner()
        until = now + single_flight.LEASE
        return self._table.lease(self._key, stored, owner=owner, now=now, until=until)

    return all_of(
        patch.object(ConnectionTable, "_update", granted),
        patch.object(SingleFlight, "_lease", always),
    )


def _refused_at_once_again() -> Patch:
    """A refused login is tried again by everybody, at every call."""
    return patch.object(single_flight, "_REFUSAL", timedelta(0))


def _always_signs_in() -> Patch:
    """Whoever meets a refused token signs in, without asking who did before."""
    settle = SingleFlight._settle

    def blunt(self: SingleFlight, *, rejected: str = "") -> Any:
        if rejected:
            stored = self._table.read(self._key)
            lease = self._lease(stored, self._around.clock())
            got = self._renew(lease) if lease is not None else None
            if got:
                return got
        return settle(self, rejected=rejected)

    return patch.object(SingleFlight, "_settle", blunt)


def _refresh_without_intent() -> Patch:
    return patch.object(ConnectionTable, "note_intent", lambda *_given, **_more: True)


def _slot_not_taken() -> Patch:
    return patch.object(RateSlots, "wait", lambda _self: None)


MUTANTS: Sequence[Mutant] = (
    Mutant("a late refusal ends the newer token", _invalidate_any_generation, _DYING),
    Mutant("everybody gets the lease of a token", _lease_of_tokens_unconditioned, _DYING),
    Mutant("a refused login is tried at once again", _refused_at_once_again, _REVOKED),
    Mutant("whoever is refused signs in", _always_signs_in, _DYING),
    Mutant("a refresh without intent", _refresh_without_intent),
    Mutant("a call takes no slot of the rate", _slot_not_taken),
)
