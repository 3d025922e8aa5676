"""What a proof finds: differences by subject and cause, each with its amount and its age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Cause(StrEnum):
    """Why two sides differ; each has its words in `docs/proof.md`."""

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
    at odds, so that its age is that of the business event, not that of our noticing.
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

    def age_days(self, on: date) -> int:
        """How many days old it is on that ledger day."""
        return (on - self.since).days

    @property
    def place(self) -> tuple[date, str, str, str, str]:
        """Its place in a list: the oldest first, then by name, whoever found it."""
        return (self.since, self.store, self.subject, self.what, self.cause.value)
