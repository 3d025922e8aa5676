"""An order of bundles told as an order of their parts: lines, parcels, refunds and editions.

What follows the goods needs no word of bundles then: items, costs, stock, returns and shares of
shipping are those of the parts. Every amount of a bundle is divided over its parts exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from commerce.money import Money, total
from commerce.orders import (
    Facts,
    Fulfilment,
    FulfilmentLine,
    LineKind,
    Order,
    OrderLine,
    Refund,
    RefundLine,
)
from shared.policy.mapping import RuleScope
from shared.postings.articles import article_of_line, item_place
from shared.postings.book import StoreBook
from shared.postings.bundle_parts import Bundle, Part, divided, divided_within, weights_of
from shared.postings.fates import fate_key
from shared.postings.findings import Finding, Reason

_FINEST = Decimal("0.000001")
"""The finest quantity of a part in one bundle."""


@dataclass(frozen=True, slots=True)
class _Share:
    """A part of a sold line: the line it is told as, and how many of it are in one bundle."""

    line: OrderLine
    each: Decimal
    net: Money
    tax: Money


_Shares = Mapping[str, Sequence[_Share]]


def in_parts(
    facts: Facts, order: Order, book: StoreBook
) -> tuple[Facts, Order, tuple[Finding, ...]]:
    """The facts and the order with parts in place of bundles, and what cannot be divided.

    As they are for stores that book bundles as they are told (`StoreBook.bundles` is None).
    """
    if book.bundles is None:
        return facts, order, ()
    splitter = _Splitter(book)
    shares: dict[str, Sequence[_Share]] = {}
    editions = []
    for edition in facts.editions:
        lines, own = splitter.split(edition.lines, tax_included=edition.tax_included)
        editions.append(replace(edition, lines=lines))
        shares.update(own)
    splitter.findings.clear()
    lines, own = splitter.split(order.lines, tax_included=order.tax_included)
    shares.update(own)
    if not shares:
        return facts, order, tuple(splitter.findings)
    told = replace(order, lines=lines)
    facts = replace(
        facts,
        order=told,
        editions=tuple(editions),
        fulfilments=tuple(_parcel(each, shares) for each in facts.fulfilments),
        refunds=_refunds(facts.refunds, shares),
    )
    return facts, told, tuple(splitter.findings)


def with_parts(order: Order, bundles: Mapping[str, Bundle] | None) -> Order:
    """The order with the registered parts of its bundles beside its own lines, without amounts.

    For whoever asks which articles an order needs. Bundles whose parts it tells itself have none.
    """
    if not bundles:
        return order
    told = _children(order.lines)
    added = [
        _blank(line, part, str(place))
        for line in order.lines
        if (bundle := bundles.get(article_of_line(line)))
        and bundle.was_known
        and line.id not in told
        for place, part in enumerate(bundle.parts)
    ]
    return replace(order, lines=(*order.lines, *added))


def with_fates_of_parts(book: StoreBook, facts: Facts, told: Order) -> StoreBook:
    """The book with what people said of a bundle's returned goods said of each of its parts.

    Args:
        book: the order's, with the words of people.
        facts: as they are known, whose refunds name bundles.
        told: the order with parts in place of bundles.
    """
    if not book.fates:
        return book
    said = {
        fate_key(refund.ref.id, part): book.fates[key]
        for refund in facts.refunds
        for line in refund.lines
        if (key := fate_key(refund.ref.id, line.line_id)) in book.fates
        for part in _parts_of(told, line.line_id)
    }
    return replace(book, fates={**said, **book.fates}) if said else book


def line_in_cart(told: Order, line_id: str) -> str:
    """The cart's own line of a line that may be a part: that of its bundle, which refunds name."""
    line = next((each for each in told.lines if each.id == line_id), None)
    is_part = line is not None and line_id in _parts_of(told, line.parent_id)
    return line.parent_id if line is not None and is_part else line_id


def _parts_of(told: Order, bundle: str) -> list[str]:
    """The lines that stand in the place of a bundle's; none where its own line is there."""
    if not bundle or any(line.id == bundle for line in told.lines):
        return []
    return [line.id for line in told.lines if line.parent_id == bundle]


class _Splitter:
    """Divides the lines of one order; `findings` collects what cannot be divided."""

    def __init__(self, book: StoreBook) -> None:
        self._book = book
        self._bundles = book.bundles or {}
        self.findings: list[Finding] = []

    def split(
        self, lines: Sequence[OrderLine], *, tax_included: bool
    ) -> tuple[tuple[OrderLine, ...], dict[str, Sequence[_Share]]]:
        """The lines with parts in place of bundles, and the shares of each divided line."""
        children = _children(lines)
        told: list[list[OrderLine]] = []
        shares: dict[str, Sequence[_Share]] = {}
        used: set[str] = set()
        for line in lines:
            parts = self._parts(line, children)
            divided_line = self._divided(line, parts, tax_included=tax_included) if parts else None
            if divided_line:
                shares[line.id] = divided_line
                used.update(share.line.id for share in divided_line)
            told.append([share.line for share in divided_line] if divided_line else [line])
        kept = (
            each
            for line, own in zip(lines, told, strict=True)
            if line.id not in used
            for each in own
        )
        return tuple(kept), shares

    def _parts(
        self, line: OrderLine, children: Mapping[str, Sequence[OrderLine]]
    ) -> list[tuple[OrderLine, Part]]:
        """The parts of a sold line: as the order tells them, else as they are registered."""
        if line.kind is not LineKind.PRODUCT or self._is_ruled(line):
            return []
        told = _leaves(line, children)
        article = article_of_line(line)
        if told and {article_of_line(each) for each in told} != {article}:
            return [(each, _as_part(each, line)) for each in told]
        bundle = self._bundles.get(article)
        if bundle is None or not bundle.was_known:
            return []
        return [(_blank(line, part, str(at)), part) for at, part in enumerate(bundle.parts)]

    def _is_ruled(self, line: OrderLine) -> bool:
        """Whether a rule for its very SKU names the item that sells it: it is one article then."""
        mapping = self._book.mapping
        by_sku = (rule.sku for rule in mapping.item_rules)
        scoped = (r.value for r in mapping.line_rules if r.scope is RuleScope.SKU and r.item)
        return bool(line.sku) and line.sku in {*by_sku, *scoped}

    def _divided(
        self, line: OrderLine, parts: Sequence[tuple[OrderLine, Part]], *, tax_included: bool
    ) -> list[_Share] | None:
        if article_of_line(line) in {part.article for _, part in parts}:
            self._miss(line, "it is told as a part of itself", "correct the bundle in the cart")
            return None
        if any(not _is_whole(part, line) for _, part in parts):
            self._miss(line, "its parts are not the same in each of it", "correct it in the cart")
            return None
        registered = self._bundles.get(article_of_line(line))
        prices = _prices(registered.parts if registered else ())
        weights = weights_of([part for _, part in parts], self._book.costs, prices)
        if weights is None and line.gross:
            message = "what its parts are worth beside each other is not known"
            self._miss(line, message, "give the parts prices in the cart, or import their costs")
            return None
        return _shares(line, parts, weights or [Decimal(1)] * len(parts), tax_included=tax_included)

    def _miss(self, line: OrderLine, message: str, hint: str) -> None:
        place = item_place(self._book.store, article_of_line(line))
        self.findings.append(Finding(Reason.ITEM_MISSING, place, message, hint))


def _prices(parts: Iterable[Part]) -> Mapping[str, Money]:
    return {part.article: part.price for part in parts if part.price is not None}


def _shares(
    line: OrderLine,
    parts: Sequence[tuple[OrderLine, Part]],
    weights: Sequence[Decimal],
    *,
    tax_included: bool,
) -> list[_Share]:
    """The line's money over its parts: no discount exceeds its part, no tax its price."""
    gross = divided(line.gross, weights)
    nets = divided_within(line.net, gross, gross) if line.gross else divided(line.net, weights)
    basis = [abs(net.amount) for net in nets]
    taxes = [divided(tax.amount, basis if any(basis) else weights) for tax in line.taxes]
    shares = []
    for at, (blank, part) in enumerate(parts):
        quantity = part.quantity * line.quantity
        own = tuple(
            replace(tax, amount=amounts[at]) for tax, amounts in zip(line.taxes, taxes, strict=True)
        )
        tax = total((each.amount for each in own), line.gross.currency)
        sold = replace(
            blank,
            kind=LineKind.PRODUCT,
            parent_id=line.id,
            quantity=quantity,
            unit_price=_unit_price(gross[at], quantity),
            gross=gross[at],
            discount=gross[at] - nets[at],
            taxes=own,
            taxable=line.taxable,
            product_type=line.product_type,
            requires_shipping=line.requires_shipping,
            quantity_cancelled=part.quantity * line.quantity_cancelled,
        )
        net = nets[at] - tax if tax_included else nets[at]
        shares.append(_Share(sold, part.quantity, net, tax))
    return shares


def _children(lines: Iterable[OrderLine]) -> Mapping[str, Sequence[OrderLine]]:
    """The parts that an order tells without amounts, by the line that they belong to."""
    found: dict[str, list[OrderLine]] = {}
    for line in lines:
        if line.kind is LineKind.COMPONENT and line.parent_id:
            found.setdefault(line.parent_id, []).append(line)
    return found


def _leaves(line: OrderLine, children: Mapping[str, Sequence[OrderLine]]) -> list[OrderLine]:
    """The parts of a line, of a bundle among them its own parts."""
    own = [each for each in children.get(line.id, ()) if each.id != line.id]
    return [leaf for each in own for leaf in (_leaves(each, children) or [each])]


def _as_part(told: OrderLine, line: OrderLine) -> Part:
    """A part as the order tells it: of all the bundles of its line together."""
    each = told.quantity / line.quantity if line.quantity else told.quantity
    return Part(told.sku, each, told.product_id, told.variant_id)


def _is_whole(part: Part, line: OrderLine) -> bool:
    """Whether each bundle holds the same quantity of it, and some."""
    if part.quantity <= 0:
        return not part.quantity and not line.quantity
    return part.quantity == part.quantity.quantize(_FINEST)


def _blank(line: OrderLine, part: Part, name: str) -> OrderLine:
    """A registered part as a line without amounts, for the bundle that `line` sells."""
    nothing = Money.zero(line.gross.currency)
    return OrderLine(
        id=f"{line.id}.{name}",
        sku=part.sku,
        title=line.title,
        quantity=part.quantity * line.quantity,
        unit_price=nothing,
        gross=nothing,
        discount=nothing,
        kind=LineKind.COMPONENT,
        parent_id=line.id,
        product_id=part.product_id,
        variant_id=part.ref_id,
        quantity_cancelled=part.quantity * line.quantity_cancelled,
    )


def _unit_price(gross: Money, quantity: Decimal) -> Money:
    return Money((gross.amount / quantity).quantize(_FINEST), gross.currency) if quantity else gross


def _parcel(parcel: Fulfilment, shares: _Shares) -> Fulfilment:
    named = {line.line_id for line in parcel.lines}
    lines: list[FulfilmentLine] = []
    for line in parcel.lines:
        if line.line_id in shares:
            lines += [
                FulfilmentLine(share.line.id, share.each * line.quantity)
                for share in shares[line.line_id]
            ]
        elif not _is_told_twice(line.line_id, named, shares):
            lines.append(line)
    return replace(parcel, lines=tuple(lines))


def _is_told_twice(line_id: str, named: set[str], shares: _Shares) -> bool:
    """Whether it is a part of a bundle that the same document names as a whole."""
    return any(
        line_id == share.line.id
        for bundle, own in shares.items()
        if bundle in named
        for share in own
    )


def _refunds(refunds: Sequence[Refund], shares: _Shares) -> tuple[Refund, ...]:
    """The refunds by parts, each over what those before it left of the parts."""
    nets = {share.line.id: share.net for share in chain.from_iterable(shares.values())}
    taxes = {share.line.id: share.tax for share in chain.from_iterable(shares.values())}
    told = {}
    for refund in sorted(refunds, key=lambda each: (each.created_at, each.ref.id)):
        named = {line.line_id for line in refund.lines}
        lines: list[RefundLine] = []
        for line in refund.lines:
            if line.line_id in shares:
                lines += _returned(line, shares[line.line_id], nets, taxes)
            elif line.subtotal or line.tax or not _is_told_twice(line.line_id, named, shares):
                lines.append(line)
        for line in lines:
            if line.line_id in nets:
                nets[line.line_id] -= line.subtotal
                taxes[line.line_id] -= line.tax
        told[refund.ref.id] = replace(refund, lines=tuple(lines))
    return tuple(told[refund.ref.id] for refund in refunds)


def _returned(
    line: RefundLine, shares: Sequence[_Share], nets: dict[str, Money], taxes: dict[str, Money]
) -> Iterable[RefundLine]:
    ids = [share.line.id for share in shares]
    usual = [share.net for share in shares]
    subtotals = divided_within(line.subtotal, [nets[each] for each in ids], usual)
    owed = [share.tax for share in shares]
    taxed = divided_within(line.tax, [taxes[each] for each in ids], owed)
    for share, subtotal, tax in zip(shares, subtotals, taxed, strict=True):
        yield RefundLine(
            line_id=share.line.id,
            quantity=share.each * line.quantity,
            subtotal=subtotal,
            tax=tax,
            restock=line.restock,
        )
