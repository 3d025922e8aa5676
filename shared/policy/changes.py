"""How far what happens in Sage is followed, as plain data.

Standard library only. What becomes of a record that is gone is said where it is configured:
`when_deleted` of a store's customers, `unknown_sku` of its items; documents wait for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignatureForm(StrEnum):
    """What the signature header of Sage's webhooks holds; sources differ (REST reference U15)."""

    EITHER = "either"
    JWT = "jwt"
    WRAPPED = "wrapped"


@dataclass(frozen=True, slots=True)
class EventPolicy:
    """Whether Sage tells of changes itself, by triggers that an administrator set up.

    Attributes:
        webhooks: whether Sage's signed webhooks are taken: a place that one names is read soon, all
            others at the usual pace.
        pull: whether Sage's event queue is pulled; then what it does not name is read once a day.
        signature: what is taken for the signature of a webhook.
        ack_member: what an acknowledgement to the queue calls the id of its list (REST reference
            U16).
    """

    webhooks: bool = False
    pull: bool = False
    signature: SignatureForm = SignatureForm.EITHER
    ack_member: str = "ackId"

    def __post_init__(self) -> None:
        """Refuse an acknowledgement that names nothing.

        Raises:
            ValueError: it does.
        """
        if not self.ack_member.isidentifier():
            message = "ack_member: a name of letters and digits"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """How changes in Sage are followed.

    Attributes:
        is_polled: whether Sage is asked for changes and compared with what we know at all.
        gone_at_once: as many records of a kind and entity as may be found gone in one comparison
            without a person, whatever their share.
        gone_percent: the share of those compared that may be gone without a person, where that is
            more.
        events: how far Sage tells of changes itself.
    """

    is_polled: bool = True
    gone_at_once: int = 20
    gone_percent: int = 2
    events: EventPolicy = EventPolicy()

    def __post_init__(self) -> None:
        """Refuse bounds that bound nothing.

        Raises:
            ValueError: with all that is wrong.
        """
        wrong = []
        if self.gone_at_once < 0:
            wrong.append("gone_at_once: at least 0")
        if not 0 <= self.gone_percent <= 50:  # noqa: PLR2004  # more than half is no exception
            wrong.append("gone_percent: 0 to 50")
        if wrong:
            raise ValueError("; ".join(wrong))
