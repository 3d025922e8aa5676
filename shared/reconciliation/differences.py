"""What a proof finds: differences by subject and cause, each with its amount and its age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Cause(StrEnum):
    """Why two sides differ; each has its words in `docs/proof.md`."""

    NOT_TOLD = "not told of"
    HELD = "held"
    NOT_POSTED = "not posted"
    IN_DOUBT = "in doubt"
    REFUSED = "refused"
    NOT_IN_CART = "not in the cart"
    CART_DIFFERS = "cart differs"
    MONEY_DIFFERS = "money differs"
    MISSING_IN_SAGE = "missing in Sage"
    EDITED_IN_SAGE = "edited in Sage"
    DUPLICATED_IN_SAGE = "duplicated in Sage"
    LEDGER_DIFFERS = "ledger differs"
    BY_OTHERS = "entered by others"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, in ids and words that a page may show: no names, no addresses.

    `what` names the document or account. `amount` is what the books have more than they should,
    debits or totals positive; None where no amount says it. `account` is the ledger account where
    it is one account's. `since` is the ledger date of what is
    at odds, so that its age is that of the business event, not that of our noticing. `member` is
    what of a document differs, `sent` and `found` what we sent and what Sage has there.
    `accepted` says who took it for right, and why; empty while it is open.
    """

    store: str
    subject: str
    cause: Cause
    what: str
    text: str
    since: date
    amount: Decimal | None = None
    currency: str = ""
    by: str = ""
    account: str = ""
    member: str = ""
    sent: str = ""
    found: str = ""
    accepted: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells it from any other of its document, whenever and by whom it is found."""
        is_figure = bool(self.account) or self.member == "total"
        found = self.amount if is_figure else self.found
        return (self.cause, self.member, self.account, found)

    def age_days(self, on: date) -> int:
        """How many days old it is on that ledger day."""
        return (on - self.since).days

    @property
    def place(self) -> tuple[date, str, str, str, str]:
        """Its place in a list: the oldest first, then by name, whoever found it."""
        return (self.since, self.store, self.subject, self.what, self.cause.value)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Differences of one document that a person took for right, and who did it why.

    `is_over` says that the document was taken back as it stood, or posted anew where nothing was
    left of it: nothing asks for it any more.
    """

    differences: frozenset[tuple[object, ...]]
    reason: str
    is_over: bool = False

    def marked(self, found: Sequence[Difference]) -> tuple[Difference, ...]:
        """The same differences; those that were accepted say so."""
        return tuple(
            replace(one, accepted=self.reason if one.identity in self.differences else "")
            for one in found
        )
