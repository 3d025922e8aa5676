"""How what happens on Sage's side reaches those who act on it, and what they tell about themselves.

Nothing but keys, our own marks and states travels here: whoever needs more reads the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from intacct.reading import Kept
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Change:
    """A record of Sage that was made or modified, whoever did it; our own writes come too.

    `key` is Sage's system key, `id` what people call it, `reference` where our mark is (empty where
    the kind has none). `modified_by` is the user as Sage names it, empty where it does not say.
    """

    kind: Kept
    key: str
    id: str
    reference: str
    state: str
    modified_at: datetime | None
    modified_by: str = ""


class How(StrEnum):
    """How it is known that a record is gone.

    AUDITED: the audit history tells its deletion. ABSENT: Sage does not show it any more, although
    the role covers its kind and so few are missing that a narrower view is unlikely.
    """

    AUDITED = "audited"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that we know and that is not in Sage any more.

    `id` and `reference` are as we know them. `deleted_at` and `deleted_by` are the audit history's,
    None and empty where it does not tell.
    """

    kind: Kept
    key: str
    how: How
    id: str = ""
    reference: str = ""
    deleted_at: datetime | None = None
    deleted_by: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A record of Sage that our tables name; `id` and `reference` as far as they know them.

    Without `key` it is looked for by its `id`, which must be unique in the company.
    """

    key: str
    id: str = ""
    reference: str = ""


FORGOTTEN = frozenset({Kept.CONTACT})
"""The kinds whose records are forgotten when they are gone: one that is named again is new."""


class ChangeHandler(Protocol):
    """Acts on what changed. Everything may be told twice, and in any order: handling is idempotent.

    An exception leaves the checkpoint of the kind where it was: all of it is told again.
    """

    @property
    def kinds(self) -> frozenset[Kept]:
        """The kinds it wants to hear of; others are not told."""
        ...

    def changed(self, tenant: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """These records of the entity's books (empty: top level) were made or modified.

        A record that was told to be gone and is shown again comes here, too.
        """
        ...

    def gone(self, tenant: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """These records, of those that `KnownRecords` named, are not in Sage any more."""
        ...


class KnownRecords(Protocol):
    """Names the records of Sage that our tables depend on: what key comparison asks for."""

    @property
    def kinds(self) -> frozenset[Kept]:
        """The kinds whose records it knows."""
        ...

    def known(self, tenant: Tenant, entity: str, kind: Kept) -> Iterable[Known]:
        """What our tables name of a kind in the entity's books; nothing where it is not theirs.

        Raises:
            botocore.exceptions.ClientError: the tables could not be read.
        """
        ...
