"""Which of the records that are not shown any more count as gone: pure.

A record that a role may not see any more looks deleted (REST reference §14.2). What the audit
history tells is certain; of the rest only so few are believed as the policy's bound says, while the
role is known to cover the kind and something of the kind is shown at all. More than that waits for
a person, whatever the audit history says: nothing is done to many records unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from intacct.deletions import Deletion
from intacct.reading import Kept
from shared.changes.ports import Gone, How, Known
from shared.policy.changes import ChangePolicy


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one comparison saw of the records that our tables name.

    `watched` are those that were looked for, by key, or by id where no key is known; `shown` are
    those keys and ids that Sage shows, `audited` the deletions that the audit history tells,
    `believed` what a person said was deleted. `is_clear` says that the role was found to cover the
    kind, `shows_any` asks whether anything of the kind is shown.
    """

    kind: Kept
    watched: Mapping[str, Known]
    shown: AbstractSet[str]
    audited: Mapping[str, Deletion]
    believed: frozenset[str]
    is_clear: bool
    shows_any: Callable[[], bool]

    def deletion_of(self, known: Known) -> Deletion | None:
        """What the audit history tells of a record, which it names by key or by id."""
        return self.audited.get(known.key) or self.audited.get(known.id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What counts as gone, and what is missing and waits for a person."""

    gone: tuple[Gone, ...] = ()
    held: tuple[Known, ...] = ()


def missing(evidence: Evidence) -> dict[str, Known]:
    """What is not shown."""
    return {name: one for name, one in evidence.watched.items() if name not in evidence.shown}


def judged(evidence: Evidence, policy: ChangePolicy) -> Verdict:
    """Decide on everything that is missing."""
    lost = missing(evidence)
    doubtful = {name: one for name, one in lost.items() if name not in evidence.believed}
    most = max(policy.gone_at_once, len(evidence.watched) * policy.gone_percent // 100)
    if len(doubtful) <= most and not _is_blind(evidence, doubtful):
        doubtful = {}
    gone = [one for name, one in lost.items() if name not in doubtful]
    return Verdict(
        tuple(_gone(evidence, one) for one in gone),
        tuple(doubtful.values()),
    )


def _is_blind(evidence: Evidence, doubtful: Mapping[str, Known]) -> bool:
    """Whether what nobody vouches for may be hidden rather than gone."""
    if all(evidence.deletion_of(one) for one in doubtful.values()):
        return False
    if not evidence.is_clear:
        return True
    return not evidence.shown and not evidence.shows_any()


def _gone(evidence: Evidence, known: Known) -> Gone:
    deletion = evidence.deletion_of(known)
    deleted_at: datetime | None = deletion.deleted_at if deletion else None
    return Gone(
        evidence.kind,
        known.key,
        How.AUDITED if deletion else How.ABSENT,
        id=known.id,
        reference=known.reference,
        deleted_at=deleted_at,
        deleted_by=deletion.deleted_by if deletion else "",
    )
