"""What is read of a company's books, in neither protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from commerce.money import Money


class Kept(StrEnum):
    """The kinds of records that are read by key, by change and by deletion."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    ITEM = "item"
    WAREHOUSE = "warehouse"
    SALES_DOCUMENT = "sales_document"
    AR_INVOICE = "ar_invoice"
    ADJUSTMENT = "adjustment"
    ADVANCE = "advance"
    PAYMENT = "payment"
    JOURNAL_ENTRY = "journal_entry"


NAMED = frozenset({Kept.CUSTOMER, Kept.CONTACT, Kept.ITEM, Kept.WAREHOUSE})
"""The kinds whose ids are unique in the company: their records are found by id as well."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands: what tells it apart, its state, and its amounts as Sage has them.

    `reference` is where our mark is, `total` is without its sign, `due` is what is open of a
    receivable or left of an advance, `modified_by` is the key of the user who changed it last. None
    and empty where the kind has none.
    """

    kind: Kept
    key: str
    id: str
    state: str = ""
    reference: str = ""
    customer: str = ""
    total: Money | None = None
    due: Money | None = None
    modified_at: datetime | None = None
    modified_by: str = ""


class Marked(StrEnum):
    """The kinds of documents that carry our reference and are read back by it."""

    SALES_DOCUMENT = "sales_document"
    AR_INVOICE = "ar_invoice"
    ADJUSTMENT = "adjustment"
    ADVANCE = "advance"
    PAYMENT = "payment"
    CUSTOMER_REFUND = "customer_refund"
    JOURNAL_ENTRY = "journal_entry"
    STATISTICAL_ENTRY = "statistical_entry"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A document as Sage has it, beside what we sent; `total` is without its sign.

    None and empty where the kind states nothing: a journal entry has neither customer nor total.
    """

    kind: Marked
    reference: str
    key: str
    id: str
    state: str = ""
    customer: str = ""
    total: Money | None = None
    dated_on: date | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension as the company has it; `name` is Sage's own, in capitals where standard."""

    name: str
    label: str
    is_user_defined: bool
    is_in_ledger: bool


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """One value of a dimension; user-defined dimensions refer to it by key."""

    key: str
    id: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """A period by name; both days belong to it."""

    key: str
    id: str
    starts_on: date
    ends_on: date
    is_active: bool

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What an account was debited and credited in base currency, up to and within a range."""

    account: str
    debit: Decimal
    credit: Decimal

    @property
    def net(self) -> Decimal:
        """Debits less credits."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class CountLine:
    """One line of a statistical entry; `record` is the entry's key, below zero takes away."""

    record: str
    account: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One posted line of the general ledger; amounts are debits, credits are negative.

    `amount` is in base currency, `transaction_amount` in `currency`; `batch` is the key of the
    batch that it belongs to, `module` the number of the module that posted it (`4.AR`), `record`
    the key of the document behind the line, empty where Sage names none.
    """

    key: str
    posted_on: date
    account: str
    amount: Decimal
    transaction_amount: Decimal
    currency: str
    module: str
    batch: str
    memo: str
    record: str = ""
