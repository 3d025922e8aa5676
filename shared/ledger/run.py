"""The state of one application of a plan: what is known, what was done, until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intacct.documents import Customer, Document
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.evidence import expected_of
from shared.ledger.port import LostRaceError
from shared.ledger.records import Intent, Record, State
from shared.ledger.references import references
from shared.postings.keys import control_id
from shared.postings.plan import Posted, Posting

NEEDED_TO_SEND = timedelta(seconds=45)
"""What must be left of invocation and lease before a request leaves: its 40 s and a margin."""


@dataclass(slots=True)
class Run:
    """What one call of `apply` knows; `claimed` are postings that this run already owns.

    `moves_dates`: whoever planned them can plan another date for what lies in a closed period.
    """

    pk: str
    deadline: datetime
    results: Posted
    records: dict[str, Record]
    reopen_by: str = ""
    moves_dates: bool = False
    done: list[str] = field(default_factory=list)
    claimed: dict[str, Record] = field(default_factory=dict)

    def has_time(self, now: datetime) -> bool:
        """Whether a request that leaves now comes back before this process must end."""
        return self.deadline - now > NEEDED_TO_SEND

    def can_follow(self, following: Posting, results: Posted, now: datetime) -> bool:
        """Whether the next posting can be claimed in the same write that finishes this one."""
        record = self.records.get(following.key)
        if record is not None and (
            record.state is not State.READY or record.due_at is None or record.due_at > now
        ):
            return False
        wanted = (*following.needs, *references(following.document))
        return self.has_time(now) and all(key in results for key in wanted)

    def remember(self, race: LostRaceError) -> None:
        """Take over what a lost race showed of a posting."""
        if race.current is None:
            self.records.pop(race.key, None)
        else:
            self.records[race.key] = race.current

    def intent(self, posting: Posting) -> Intent:
        """The marks of a posting, all derived before the first try."""
        return Intent(
            pk=self.pk,
            key=posting.key,
            document_number=mark_of(posting.document),
            control_id=control_id(posting.key),
            content_hash=content_hash(posting.document),
            expected=expected_of(posting.document).written(),
            effect=effect_digest(posting.effect),
            dated_on=posting.posted_on or posting.true_on,
        )


def mark_of(document: Document) -> str:
    """The number or id of ours that Sage keeps and that the document is looked up by."""
    return document.id if isinstance(document, Customer) else document.reference
