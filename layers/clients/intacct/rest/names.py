"""How names of masters stand in a company: one query for 500 of a kind (REST reference §8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from intacct.names import NameKind, Names, NameState, Standings
from intacct.rest.client import RestClient
from intacct.rest.dimensions import dimensions
from intacct.rest.query import Query, one_of, rows
from intacct.rest.wire import text

MOST_OF_A_QUERY = 500

_OBJECTS: Mapping[NameKind, str] = {
    NameKind.ENTITY: "company-config/entity",
    NameKind.ACCOUNT: "general-ledger/account",
    NameKind.STATISTICAL_ACCOUNT: "general-ledger/statistical-account",
    NameKind.BANK_ACCOUNT: "cash-management/bank-account",
    NameKind.ITEM: "inventory-control/item",
    NameKind.CUSTOMER: "accounts-receivable/customer",
    NameKind.TERM: "accounts-receivable/term",
    NameKind.LOCATION: "company-config/location",
    NameKind.DEPARTMENT: "company-config/department",
    NameKind.CLASS: "company-config/class",
    NameKind.PROJECT: "projects/project",
    NameKind.WAREHOUSE: "inventory-control/warehouse",
    NameKind.JOURNAL: "general-ledger/journal",
    NameKind.STATISTICAL_JOURNAL: "general-ledger/statistical-journal",
    NameKind.DEFINITION: "order-entry/txn-definition",
}


def calls_for(names: Names) -> int:
    """How many calls `standings` makes for these names, at most."""
    return sum(-(-len(set(ids)) // MOST_OF_A_QUERY) for ids in names.values())


def standings(client: RestClient, names: Names, *, entity: str) -> Standings:
    """The state of each name, as the books of `entity` (empty: top level) see it.

    Raises:
        IntacctError: one of `intacct.errors`; nothing was written.
    """
    states: dict[tuple[NameKind, str], NameState] = {}
    for kind, ids in names.items():
        wanted = sorted(set(ids))
        if kind is NameKind.DIMENSION:
            states |= _dimensions(client, wanted, entity)
            continue
        for start in range(0, len(wanted), MOST_OF_A_QUERY):
            states |= _asked(client, kind, wanted[start : start + MOST_OF_A_QUERY], entity)
    return Standings(states, calls_for(names))


def _asked(
    client: RestClient, kind: NameKind, wanted: Sequence[str], entity: str
) -> dict[tuple[NameKind, str], NameState]:
    query = Query(
        _OBJECTS[kind], ("id", "status"), (one_of("id", wanted),), include_private=not entity
    )
    found = {
        text(row.get("id")): text(row.get("status")) for row in rows(client, query, entity=entity)
    }
    return {(kind, name): _state(found.get(name)) for name in wanted}


def _dimensions(
    client: RestClient, wanted: Sequence[str], entity: str
) -> dict[tuple[NameKind, str], NameState]:
    """User-defined dimensions by name or label; the service has no states for them."""
    known = {
        name.casefold()
        for one in dimensions(client, entity=entity)
        if one.is_user_defined
        for name in (one.name, one.label)
    }
    return {
        (NameKind.DIMENSION, name): (
            NameState.ACTIVE if name.casefold() in known else NameState.ABSENT
        )
        for name in wanted
    }


def _state(status: str | None) -> NameState:
    if status is None:
        return NameState.ABSENT
    # Masters have more states than these two, by model; only `inactive` keeps postings out (§8.2).
    return NameState.INACTIVE if status == "inactive" else NameState.ACTIVE
