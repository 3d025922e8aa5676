"""How the buyers of one store become customers in the books, as plain data.

Standard library only. Whether a buyer has a customer of its own at all is `customer_mode` of the
posting policy; what may be created and changed in Sage is the tenant's ownership table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MatchBy(StrEnum):
    """How a buyer without a stored link is looked for among the customers of Sage Intacct.

    EXTERNAL_ID: the cart's own customer id. EMAIL, COMPANY, PHONE: those of the display contact.
    BILL_TO: name and billing address together. CHANNEL: no search; the store's channel customer
    serves whoever was not found, instead of a new one. Stored links always come first.
    """

    EXTERNAL_ID = "external_id"
    EMAIL = "email"
    COMPANY = "company"
    PHONE = "phone"
    BILL_TO = "bill_to"
    CHANNEL = "channel"


class Served(StrEnum):
    """Whether buyers of a kind have customers of their own, or share the channel customer."""

    OWN = "own"
    CHANNEL = "channel"


class CompanyIs(StrEnum):
    """What a company that buys is in the books.

    BUYERS: each of its buyers is a customer. CUSTOMER: the company is one customer, told by its tax
    id, or its name where it states none; its buyers are contacts.
    """

    BUYERS = "buyers"
    CUSTOMER = "customer"


class Contacts(StrEnum):
    """Which contacts a customer has.

    DISPLAY: the one that Sage makes with it. ADDRESSES: besides, one for each distinct address and
    person; the newest order's are the customer's bill-to and ship-to (one transaction for each).
    """

    DISPLAY = "display"
    ADDRESSES = "addresses"


class PersonalData(StrEnum):
    """What of a buyer is written to the books.

    FULL: name, e-mail, phone and address. TOKEN: an id in place of the name, the country, and
    nothing else.
    """

    FULL = "full"
    TOKEN = "token"  # noqa: S105  # no password


class WhenInactive(StrEnum):
    """What becomes of an order whose customer was deactivated in Sage.

    HOLD: a person decides. REACTIVATE: it is made active again, where the ownership table gives
    `is_active` to the cart. CREATE_NEW: a new customer takes its place for orders of which nothing
    is in the books yet.
    """

    HOLD = "hold"
    REACTIVATE = "reactivate"
    CREATE_NEW = "create_new"


class WhenDeleted(StrEnum):
    """What becomes of an order whose customer is not in Sage any more, deleted or merged away."""

    HOLD = "hold"
    CREATE_NEW = "create_new"


@dataclass(frozen=True, slots=True)
class CustomerPolicy:
    """How one store's buyers become customers.

    Attributes:
        match_by: the searches, in the order in which they are made; none creates without looking,
            which costs no transaction: the ids are deterministic.
        external_id_field: the custom field of customers that holds the cart's customer id; empty
            where the customer id itself is the mapping's `customer_prefix` and the cart's id.
        consumers: how buyers are served who are no company.
        guests: how buyers without an account are served.
        relays: how buyers behind a marketplace's relay address are served.
        companies: what a company that buys is.
        company_term: the payment term of new customers that are companies; empty is the mapping's.
        sets_currency: whether a new customer's default currency is that of its first order.
        contacts: which contacts a customer has.
        personal_data: what of a buyer is written to the books.
        when_inactive: what becomes of orders of a deactivated customer.
        when_deleted: what becomes of orders of a customer that is gone.
        writes_back: whether what Sage owns of a customer is carried to its account in the cart.
    """

    match_by: tuple[MatchBy, ...] = ()
    external_id_field: str = ""
    consumers: Served = Served.OWN
    guests: Served = Served.OWN
    relays: Served = Served.OWN
    companies: CompanyIs = CompanyIs.BUYERS
    company_term: str = ""
    sets_currency: bool = False
    contacts: Contacts = Contacts.DISPLAY
    personal_data: PersonalData = PersonalData.FULL
    when_inactive: WhenInactive = WhenInactive.HOLD
    when_deleted: WhenDeleted = WhenDeleted.HOLD
    writes_back: bool = False

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            ValueError: with all that is wrong.
        """
        wrong = [*self._wrong_order(), *self._wrong_data()]
        if wrong:
            raise ValueError("; ".join(wrong))

    def _wrong_order(self) -> list[str]:
        wrong = []
        if len(set(self.match_by)) < len(self.match_by):
            wrong.append("match_by names a search twice")
        if MatchBy.CHANNEL in self.match_by[:-1]:
            wrong.append("match_by: nothing is looked for behind channel, name it last")
        if self.external_id_field and MatchBy.EXTERNAL_ID not in self.match_by:
            wrong.append("external_id_field is of no use unless match_by names external_id")
        return wrong

    def _wrong_data(self) -> list[str]:
        wrong = []
        if self.personal_data is PersonalData.TOKEN and self.contacts is Contacts.ADDRESSES:
            wrong.append(
                "contacts=addresses writes addresses, and personal_data=token forbids them"
            )
        if self.personal_data is PersonalData.TOKEN and self.writes_back:
            wrong.append(
                "writes_back carries what the books know, and personal_data=token hides it"
            )
        return wrong
