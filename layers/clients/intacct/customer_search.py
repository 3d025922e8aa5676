"""Looking for customers by what is known of a buyer, in neither protocol.

Sage compares text loosely or strictly as its protocols please: who asks compares what comes back
once more before believing it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from intacct.documents import Customer

MOST_FOUND = 50
"""How many customers one search tells of; who gets as many cannot know whether there are more."""


class CustomerBy(StrEnum):
    """The fields that customers are looked for by; the last two are those of the display contact.

    FIELD is a custom field of the company's. Names and e-mail addresses are compared by Sage
    without case, the others with it.
    """

    ID = "id"
    FIELD = "field"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"

    @property
    def ignores_case(self) -> bool:
        """Whether Sage is asked to compare without case."""
        return self in (CustomerBy.NAME, CustomerBy.EMAIL)


@dataclass(frozen=True, slots=True)
class CustomerSearch:
    """Customers whose field has one of the values; `field` names the custom field of FIELD.

    The values may be personal and are never shown.

    Raises:
        ValueError: no value, an empty one, or a custom field without (or with no use for) a name.
    """

    by: CustomerBy
    values: tuple[str, ...] = dataclasses.field(repr=False)
    field: str = ""

    def __post_init__(self) -> None:
        """Refuse a search that would find every customer without a value, or none."""
        if not self.values or not all(self.values):
            message = "a search names at least one value, and none that is empty"
            raise ValueError(message)
        if bool(self.field) is not (self.by is CustomerBy.FIELD):
            message = "a custom field has a name, any other field has none"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer as it stands in Sage: its keys, and what Sage holds of it and its display contact.

    `field` is the value of the custom field that was searched by, empty for any other search.
    """

    key: str
    contact_key: str
    customer: Customer = dataclasses.field(repr=False)
    field: str = ""
