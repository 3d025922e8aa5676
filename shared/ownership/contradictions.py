"""What contradicts itself in an ownership table, each with its place and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator

from shared.ownership.table import FIELDS, Kind, Ownership, Right, Rule, Side

Place = tuple[str | int, ...]

_MEMBERS = {Side.SAGE: "in_sage", Side.CART: "in_carts"}
_OTHER = {Side.SAGE: Side.CART, Side.CART: Side.SAGE}
_WRITES = (Right.CREATE, Right.UPDATE)


def contradictions(ownership: Ownership) -> Iterator[tuple[Place, str]]:
    """Every contradiction as its path within the table and a sentence."""
    for kind in Kind:
        rule = ownership.rule(kind)
        for place, message in _of_rule(kind, rule):
            yield (kind.value, *place), message
    yield from _between(ownership)


def _of_rule(kind: Kind, rule: Rule) -> Iterator[tuple[Place, str]]:
    for name in rule.fields:
        if name not in FIELDS[kind]:
            known = ", ".join(sorted(FIELDS[kind]))
            yield ("fields", name), f"{kind.value} has no field {name!r}; it has {known}"
    if kind is not Kind.QUANTITY and rule.places:
        yield ("places",), f"only a quantity has an owner per place; remove it from {kind.value}"
    for side in Side:
        yield from _of_rights(kind, rule, side)
    yield from _unwritten_fields(kind, rule)


def _of_rights(kind: Kind, rule: Rule, side: Side) -> Iterator[tuple[Place, str]]:
    rights, member = rule.rights(side), _MEMBERS[side]
    doubled = {right.value for right in rights if rights.count(right) > 1}
    if doubled:
        yield (member,), f"names {', '.join(sorted(doubled))} twice"
    for right in _WRITES:
        if right in rights and Right.LINK not in rights:
            yield (member,), f"{right.value} needs link: what is written must be found again"
    if len(rights) > 0 and Right.READ not in rights:
        yield (member,), "every right needs read; add it"
    if Right.UPDATE in rights and not _is_of_use(kind, rule, side):
        yield (
            (member,),
            (
                f"update is allowed in {side.label}, which owns every field of it:"
                f" name fields of {_OTHER[side].value} or remove update"
            ),
        )


def _is_of_use(kind: Kind, rule: Rule, side: Side) -> bool:
    """Whether there is something to update: the other side's, or stock by a person's own order."""
    by_hand = kind is Kind.QUANTITY and side is Side.SAGE
    return by_hand or _owns_anything(kind, rule, _OTHER[side])


def _owns_anything(kind: Kind, rule: Rule, side: Side) -> bool:
    if side in rule.fields.values() or side in rule.places.values():
        return True
    return rule.master is side and any(name not in rule.fields for name in FIELDS[kind])


def _unwritten_fields(kind: Kind, rule: Rule) -> Iterator[tuple[Place, str]]:
    """What the cart owns by exception, and no right lets the connector carry over.

    The other way round it is no contradiction: Sage owns what is merely never overwritten.
    """
    if rule.master is Side.CART or set(_WRITES) & set(rule.in_sage):
        return
    fields = {name: owner for name, owner in rule.fields.items() if name in FIELDS[kind]}
    places = rule.places if kind is Kind.QUANTITY else {}
    for member, owners in (("fields", fields), ("places", places)):
        for name, owner in owners.items():
            if owner is Side.CART:
                yield (
                    (member, name),
                    "cart owns it, and in_sage allows neither create nor update: nobody writes it",
                )


def _between(ownership: Ownership) -> Iterator[tuple[Place, str]]:
    """What the rule of one kind asks of another."""
    if ownership.order.master is Side.SAGE:
        yield ("order", "master"), "orders come from carts: cart is their only possible master"
    if Right.CREATE in ownership.order.in_carts:
        yield ("order", "in_carts"), "the connector makes no orders in carts; remove create"
    if ownership.gl.master is Side.SAGE:
        yield (
            ("gl", "master"),
            "journals of ours come from carts; name the sorts that Sage keeps under fields",
        )
    if set(ownership.gl.in_carts) - {Right.READ}:
        yield ("gl", "in_carts"), "carts have no ledger: read is all that is possible there"
    for kind in (Kind.PRICE, Kind.QUANTITY):
        yield from _needs_items(ownership, kind)


def _needs_items(ownership: Ownership, kind: Kind) -> Iterator[tuple[Place, str]]:
    for side in Side:
        writes = set(_WRITES) & set(ownership.rule(kind).rights(side))
        if writes and Right.LINK not in ownership.item.rights(side):
            member = _MEMBERS[side]
            yield (
                (kind.value, member),
                (
                    f"a {kind.value} is written to an item, and item.{member}"
                    " does not allow to link one"
                ),
            )
