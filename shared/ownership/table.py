"""The ownership table of a tenant: per kind of object its master, and what may be written where.

Pure: `Ownership.may_write` and its sisters answer with a `Decision`, whose refusal names the rule
of the tenant's document and the field. What is refused is never sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from intacct.errors import PermissionDeniedError, SageFinding


class Side(StrEnum):
    """The two sides of a write: the company's books, and the stores' carts."""

    SAGE = "sage"
    CART = "cart"

    @property
    def label(self) -> str:
        """As a sentence calls it."""
        return "Sage Intacct" if self is Side.SAGE else "the cart"


class Kind(StrEnum):
    """What is owned. ORDER is an order's documents in the books; GL is journals of ours."""

    CUSTOMER = "customer"
    ITEM = "item"
    ORDER = "order"
    PRICE = "price"
    QUANTITY = "quantity"
    GL = "gl"


class Right(StrEnum):
    """What the connector may do on one side.

    LINK: remember which record there is meant. CREATE: make a record, and reverse what it made.
    UPDATE: change the fields that the other side owns. READ goes with each of them.
    """

    READ = "read"
    LINK = "link"
    CREATE = "create"
    UPDATE = "update"


FIELDS: Mapping[Kind, frozenset[str]] = {
    Kind.CUSTOMER: frozenset(
        {
            "name",
            "print_as",
            "first_name",
            "last_name",
            "company_name",
            "email",
            "phone",
            "address",
            "contacts",
            "currency",
            "term",
            "tax_id",
            "tax_exempt",
            "is_active",
            "attachment",
            "custom",
        }
    ),
    Kind.ITEM: frozenset(
        {
            "name",
            "description",
            "sales_description",
            "type",
            "is_active",
            "product_line",
            "cost_method",
            "standard_cost",
            "gl_group",
            "unit_group",
            "is_taxable",
            "upc",
            "components",
            "custom",
        }
    ),
    Kind.ORDER: frozenset(
        {
            "lines",
            "due_on",
            "customer_po",
            "memo",
            "state",
            "attachment",
            "custom",
            "payment_status",
            "tracking",
            "note",
        }
    ),
    Kind.PRICE: frozenset({"base_price", "compare_at_price", "price_list"}),
    Kind.QUANTITY: frozenset({"on_hand", "available"}),
    Kind.GL: frozenset({"detail", "summary", "payouts", "statistical"}),
}
"""The fields that can be owned; of GL they are the depths and sorts of what is posted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who owns one kind of object; stated whole, its members have no defaults.

    `master` owns every field that `fields` does not name. `in_sage` and `in_carts` are what the
    connector may do on each side. `places` (quantity only) names the owner of stock at a warehouse
    or location where it is not the master: each place has one owner.
    """

    master: Side
    in_sage: tuple[Right, ...]
    in_carts: tuple[Right, ...]
    fields: dict[str, Side] = field(default_factory=dict)
    places: dict[str, Side] = field(default_factory=dict)

    def rights(self, side: Side) -> tuple[Right, ...]:
        """What the connector may do on that side."""
        return self.in_sage if side is Side.SAGE else self.in_carts


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a write is allowed; `rule` is the path in the tenant's document that says so."""

    is_allowed: bool
    kind: Kind
    field: str
    side: Side
    rule: str
    message: str = ""

    def insist(self) -> None:
        """Return where it is allowed.

        Raises:
            NotOursError: it is not.
        """
        if not self.is_allowed:
            raise NotOursError(self)


class NotOursError(PermissionDeniedError):
    """The ownership table does not allow a write: nothing was sent; `decision` says why.

    To a posting it is a refusal like one of Sage's: a person sees it, with the rule.
    """

    is_ours = True

    def __init__(self, decision: Decision) -> None:
        """Tell the rule and the field."""
        sentence = f"{decision.rule}: {decision.message}"
        super().__init__(sentence, findings=(SageFinding("OWNERSHIP", sentence),))
        self.decision = decision


_FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
_KNOWN = (Right.READ, Right.LINK)
_SEEN = (Right.READ,)


def _customer() -> Rule:
    """What finance keeps of a customer stays theirs: terms, standing, tax status, currency."""
    kept = ("term", "is_active", "tax_id", "tax_exempt", "currency", "custom", "attachment")
    return Rule(Side.CART, _FULL, _SEEN, fields=dict.fromkeys(kept, Side.SAGE))


@dataclass(frozen=True, slots=True)
class Ownership:
    """The table of one tenant. Defaults: carts bring customers and orders, Sage keeps the rest.

    Items are linked and never made, prices and stock are only read, nothing is written to carts.
    """

    customer: Rule = field(default_factory=_customer)
    item: Rule = field(default_factory=lambda: Rule(Side.SAGE, _KNOWN, _KNOWN))
    order: Rule = field(default_factory=lambda: Rule(Side.CART, _FULL, _SEEN))
    price: Rule = field(default_factory=lambda: Rule(Side.SAGE, _SEEN, _SEEN))
    quantity: Rule = field(default_factory=lambda: Rule(Side.SAGE, _SEEN, _SEEN))
    gl: Rule = field(default_factory=lambda: Rule(Side.CART, _FULL, _SEEN))

    def rule(self, kind: Kind) -> Rule:
        """The rule of a kind."""
        rule: Rule = getattr(self, kind.value)
        return rule

    def owner(self, kind: Kind, name: str = "", place: str = "") -> Side:
        """Who owns a field (all that is not named otherwise), at a place where one is named.

        Raises:
            ValueError: the kind has no such field.
        """
        _check(kind, name)
        rule = self.rule(kind)
        at_place = rule.places.get(place, rule.master) if place else rule.master
        return rule.fields.get(name, at_place)

    def may_write(self, kind: Kind, name: str, side: Side, place: str = "") -> Decision:
        """Whether the connector may change the field `name` of a record that is there on `side`.

        It may where that side allows updates and the other side owns the field. `place` is the
        warehouse or location of a quantity.

        Raises:
            ValueError: the kind has no such field.
        """
        owner = self.owner(kind, name, place)
        if owner is side:
            rule = _owner_path(self.rule(kind), kind, name, place)
            return _refused(kind, name, side, rule, f"{side.label} owns {kind.value}.{name}")
        return self._right(kind, name, side, Right.UPDATE)

    def may_act(self, kind: Kind, name: str, side: Side, place: str = "") -> Decision:
        """Whether the connector may change, by a person's own order, a field that `side` owns.

        A person at the desk acts for the owner, so the owner's word stays one. What the other side
        owns is not theirs to change here: its next word would undo it. `place`: as of `may_write`.

        Raises:
            ValueError: the kind has no such field.
        """
        owner = self.owner(kind, name, place)
        if owner is not side:
            rule = _owner_path(self.rule(kind), kind, name, place)
            message = f"{owner.label} owns {kind.value}.{name}: change it there"
            return _refused(kind, name, side, rule, message)
        return self._right(kind, name, side, Right.UPDATE)

    def may_create(self, kind: Kind, side: Side, name: str = "") -> Decision:
        """Whether the connector may make such a record on `side`, with all its fields.

        `name` is the sort of entry, for GL: a sort that Sage owns is made by people there.

        Raises:
            ValueError: the kind has no such field.
        """
        _check(kind, name)
        rule = self.rule(kind)
        if name and rule.fields.get(name) is side:
            path = _owner_path(rule, kind, name, "")
            return _refused(kind, name, side, path, f"{side.label} owns {kind.value}.{name}")
        return self._right(kind, name, side, Right.CREATE)

    def may_link(self, kind: Kind, side: Side) -> Decision:
        """Whether the connector may take a record that is there on `side` for one of the other."""
        return self._right(kind, "", side, Right.LINK)

    def writable(self, kind: Kind, side: Side, names: Iterable[str]) -> frozenset[str]:
        """Those of the named fields that may be changed on `side`.

        Raises:
            ValueError: the kind has no such field.
        """
        return frozenset(name for name in names if self.may_write(kind, name, side).is_allowed)

    def _right(self, kind: Kind, name: str, side: Side, right: Right) -> Decision:
        path = rights_path(kind, side)
        if right in self.rule(kind).rights(side):
            return Decision(is_allowed=True, kind=kind, field=name, side=side, rule=path)
        what = f"{kind.value}.{name}" if name else kind.value
        message = f"the connector may not {right.value} {what} in {side.label}"
        return _refused(kind, name, side, path, message)


def rights_path(kind: Kind, side: Side) -> str:
    """Where the tenant's document says what may be done with a kind on a side."""
    return f"ownership.{kind.value}.{'in_sage' if side is Side.SAGE else 'in_carts'}"


def _owner_path(rule: Rule, kind: Kind, name: str, place: str) -> str:
    path = f"ownership.{kind.value}"
    if name in rule.fields:
        return f"{path}.fields.{name}"
    return f"{path}.places.{place}" if place in rule.places else f"{path}.master"


def _check(kind: Kind, name: str) -> None:
    if name and name not in FIELDS[kind]:
        message = f"{kind.value} has no field {name!r}"
        raise ValueError(message)


def _refused(kind: Kind, name: str, side: Side, rule: str, message: str) -> Decision:
    return Decision(is_allowed=False, kind=kind, field=name, side=side, rule=rule, message=message)
