"""A tenant's configuration as it is stored and checked; secrets are named here, never held.

One document per tenant (`TENANT#<id>`), and one small route per store (`ROUTE#<cart>#<store>`) that
leads a webhook to its tenant.
"""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.ownership.table import Ownership
from shared.policy.changes import ChangePolicy
from shared.policy.customers import CustomerPolicy
from shared.policy.items import ItemPolicy
from shared.policy.mapping import Mapping
from shared.policy.orders_back import OrdersBackPolicy
from shared.policy.stock import StockPolicy
from shared.policy.switches import PostingPolicy


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        message = f"{name!r} is not a time zone of the IANA database"
        raise ValueError(message) from exc
    return name


ZoneName = Annotated[str, AfterValidator(_zone)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Entity(_Model):
    """One set of books inside the company; `zone` and `day_ends_at` make the ledger date (R-10.1).

    `day_ends_at` is hours and minutes after midnight, at most 06:00 (R-10.2). `location`,
    `department` and `class_id` are what its lines carry where no store rule says more (R-13.2).
    """

    id: Identifier
    zone: ZoneName
    base_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    day_ends_at: Annotated[str, Field(pattern=r"^0[0-5]:[0-5][0-9]$|^06:00$")] = "00:00"
    location: str = ""
    department: str = ""
    class_id: str = ""


class Store(_Model):
    """One shop of a tenant: its cart, how it is recognised, its entity, policy and mapping.

    `customers` says how its buyers become customers in the books, `items` how its goods become
    items, `stock` how their stock is kept alike, `orders_back` what its orders are told of the
    books.
    """

    id: Identifier
    cart: Literal[
        "shopify",
        "woocommerce",
        "magento",
        "walmart",
        "api2cart",
        "ebay",
        "amazon",
        "bigcommerce",
    ]
    domain: str = ""
    entity: Identifier
    api_base_url: str = ""
    policy: PostingPolicy = PostingPolicy()
    customers: CustomerPolicy = CustomerPolicy()
    items: ItemPolicy = ItemPolicy()
    stock: StockPolicy = StockPolicy()
    orders_back: OrdersBackPolicy = OrdersBackPolicy()
    mapping: Mapping
    go_live_on: str = ""


class Contract(_Model):
    """The figures of a company of the fifth tier: API transactions a month, calls at a time.

    All of them, or none (0) where the tier says them.
    """

    calls_per_month: int = Field(default=0, ge=0)
    concurrent_per_application: int = Field(default=0, ge=0, le=1000)
    concurrent_per_company: int = Field(default=0, ge=0, le=1000)


class Intacct(_Model):
    """How the tenant's company is reached: ids only; the secret holds what is secret.

    `tier` is the company's service tier (REST reference §11), `contract` the figures of the fifth.
    `lanes` is the company's write concurrency: at most the tier's application allowance less two.
    `reading_user_id` is a second Web Services user for what only reads, where the company has one.
    `company_reason` says why a company of the other kind belongs to this stage all the same.
    `protocols` overrides the capability table, action name to `rest` or `xml`. `xml_sign_in` says
    where XML sessions come from: the user's password, or the REST token's session service, which
    needs no password but is confirmed by one source only (XML reference §5.2, §17 no. 19).
    `batch` lets the documents of several orders travel in one request, each with its own outcome.
    """

    company_id: str = Field(min_length=1)
    user_id: str = Field(min_length=1)
    reading_user_id: str = ""
    company_reason: str = ""
    tier: Literal["1", "2", "2-500k", "3", "4", "5", "application"] = "1"
    contract: Contract = Contract()
    entity_ids: tuple[Identifier, ...] = ()
    lanes: int = Field(default=4, ge=1, le=64)
    protocols: dict[str, Literal["rest", "xml"]] = {}
    hard_unique: tuple[str, ...] = ()
    xml_sign_in: Literal["password", "rest"] = "password"
    batch: bool = True

    def users(self) -> tuple[tuple[str, bool], ...]:
        """The Web Services users, and of each whether it only reads."""
        writing = (self.user_id, False)
        return (writing, (self.reading_user_id, True)) if self.reading_user_id else (writing,)


class Tenant(_Model):
    """A company that uses the product; `ownership` says who is master of what we write.

    `changes` says how far what others do in Sage is followed. `version` is the number that the
    document got when it was stored (0: none yet); a file that names one is refused where a newer
    one is stored.
    """

    id: Identifier
    version: int = Field(default=0, ge=0)
    name: str = ""
    intacct: Intacct
    entities: tuple[Entity, ...] = Field(min_length=1)
    stores: tuple[Store, ...] = ()
    ownership: Ownership = Ownership()
    changes: ChangePolicy = ChangePolicy()
    is_paused: bool = False

    def entities_with_stores(self) -> tuple[str, ...]:
        """The entities that something is posted to, in a fixed order."""
        return tuple(sorted({store.entity for store in self.stores}))

    def store(self, store_id: str) -> Store | None:
        """The store of that id, or None."""
        return next((store for store in self.stores if store.id == store_id), None)

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of that id, or None."""
        return next((entity for entity in self.entities if entity.id == entity_id), None)
