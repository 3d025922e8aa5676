"""`ops cart inspect`: each document of a file as one line of JSON, through production's readers."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from carts.documents import parse
from carts.registry import UnknownCartError
from carts.shapes import Source, shapes
from ops.app import app
from ops.cart_numbers import numbers

_EVENTS = Path(__file__).parents[3] / "events"
_CARTS = (
    "shopify",
    "woocommerce",
    "magento",
    "amazon",
    "ebay",
    "walmart",
    "api2cart",
    "bigcommerce",
)
_SUMS = (
    "currency",
    "order_id",
    "order_number",
    "total",
    "lines_gross",
    "discount_total",
    "shipping_total",
    "tax_total",
    "tax_in_prices",
    "marketplace_tax_total",
    "marketplace_tax_in_total",
    "fee_total",
    "tip_total",
    "gift_card_total",
    "adjustment_total",
    "line_count",
    "refunded_total",
    "is_test",
    "is_cancelled",
    "balanced",
)
_EVIL: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**25,
    1.5,
    "",
    "NaN",
    "-7.005",
    "x" * 200,
    [],
    [{}],
    {},
    {"value": []},
)


def _samples(*kinds: str) -> list[tuple[str, str]]:
    found = []
    for cart in _CARTS:
        expected = json.loads((_EVENTS / cart / "expected.json").read_bytes())
        found += [(cart, name) for name, each in expected.items() if each["kind"] in kinds]
    return found


def _inspect(*arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
    result = CliRunner().invoke(app, ["cart", "inspect", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def _amounts(told: dict[str, Any]) -> dict[str, Any]:
    """Zeros of currencies without cents are written with and without decimals."""
    return {n: "0" if told.get(n) == "0.00" else told.get(n) for n in _SUMS}


def _wanted(cart: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_EVENTS / cart / "expected.json").read_bytes())[name]
    return found


@pytest.mark.parametrize(("cart", "name"), _samples("order", "notification"))
def test_a_document_is_told_by_the_numbers_it_is_worth(cart: str, name: str) -> None:
    code, told = _inspect("--cart", cart, _EVENTS / cart / f"{name}.json")

    assert code == 0
    assert len(told) == 1
    assert told[0]["kind"] == _wanted(cart, name)["kind"]
    assert _amounts(told[0]) == _amounts(_wanted(cart, name))


@pytest.mark.parametrize(("cart", "name"), _samples("refund"))
def test_a_refund_is_told_by_what_went_back(cart: str, name: str) -> None:
    wanted = _wanted(cart, name)

    _, told = _inspect(
        "--cart", cart, "--currency", wanted["currency"], _EVENTS / cart / f"{name}.json"
    )

    names = ("kind", "order_id", "currency", "refunded_total", "line_count", "refund_id")
    assert {n: told[0][n] for n in names} == {n: wanted[n] for n in names}
    assert told[0]["balanced"]


@pytest.mark.parametrize(("cart", "name"), _samples("order_page"))
def test_a_page_is_told_document_by_document(cart: str, name: str) -> None:
    wanted = _wanted(cart, name)
    wanted = wanted.get("orders", [wanted])

    code, told = _inspect("--cart", cart, "--kind", "page", _EVENTS / cart / f"{name}.json")

    assert code == 0
    assert [each["order_id"] for each in told] == [each["order_id"] for each in wanted]
    for found, each in zip(told, wanted, strict=True):
        if "total" in each:
            assert found["total"] == each["total"]
            assert found["balanced"]
    assert [found["is_cancelled"] for found in told] == [
        each.get("is_cancelled", False) for each in wanted
    ]


@pytest.mark.parametrize(
    ("cart", "name"), _samples("settlement_transactions", "payout_transactions")
)
def test_a_settlement_is_told_by_what_was_sold_kept_and_paid(cart: str, name: str) -> None:
    wanted = _wanted(cart, name)

    code, told = _inspect("--cart", cart, "--kind", "payout", _EVENTS / cart / f"{name}.json")

    stated = set(told[0]) & set(wanted)
    assert code == 0
    assert {"kind", "order_id", "balanced"} < stated
    assert {n: told[0][n] for n in stated} == {n: wanted[n] for n in stated}


def test_a_refund_that_states_no_currency_takes_its_orders() -> None:
    folder = _EVENTS / "woocommerce"
    refunds = folder / "refunds_of_7001.json"

    _, alone = _inspect("--cart", "woocommerce", refunds)
    _, beside = _inspect("--cart", "woocommerce", folder / "order_updated_processing.json", refunds)

    assert alone[0]["currency"] is None
    assert [reason["place"] for reason in alone[0]["reasons"]] == ["currency"]
    assert beside[1]["currency"] == "GBP"
    assert beside[1]["refunded_total"] == "21.60"


def test_one_cent_too_much_is_told_with_its_difference(tmp_path: Path) -> None:
    order = json.loads((_EVENTS / "ebay" / "get_order.json").read_bytes())
    order["pricingSummary"]["total"]["value"] = "49.91"
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order))

    _, told = _inspect("--cart", "ebay", "--kind", "order", file)

    assert not told[0]["balanced"]
    assert {reason["code"] for reason in told[0]["reasons"]} == {"UNBALANCED"}
    assert {reason.get("difference") for reason in told[0]["reasons"]} == {"0.01"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "document"),
        (b"{", "document"),
        (b'{"a": 1, "a": 2}', "document"),
        (b'{"id": NaN}', "document"),
        (b"[" * 5000, "document"),
        (b"\xff\xfe", "document"),
        (b"[1, 2]", "document"),
        (b'{"line_items": [{"price": "1,00"}]}', "line_items[0].price"),
    ],
)
def test_what_cannot_be_read_is_a_finding_with_its_place(
    body: bytes, place: str, tmp_path: Path
) -> None:
    file = tmp_path / "body.json"
    file.write_bytes(body)

    code, told = _inspect("--cart", "shopify", file)

    assert code == 2
    assert place in {reason["place"] for each in told for reason in each["reasons"]}


def test_a_file_that_is_not_there_is_a_finding_and_the_others_are_told(tmp_path: Path) -> None:
    code, told = _inspect(
        "--cart", "ebay", tmp_path / "none.json", _EVENTS / "ebay" / "get_order.json"
    )

    assert code == 2
    assert [bool(each["reasons"]) for each in told] == [True, False]


def test_a_kind_that_the_document_is_not_is_refused() -> None:
    code, told = _inspect("--cart", "ebay", "--kind", "payout", _EVENTS / "ebay" / "get_order.json")

    assert code == 2
    assert told[0]["reasons"][0]["message"] == "it is no payout of this cart"


def test_an_unknown_cart_is_named() -> None:
    result = CliRunner().invoke(app, ["cart", "inspect", "--cart", "nowhere", "x.json"])

    assert result.exit_code == 1
    assert "nowhere" in result.stderr


def test_there_are_no_shapes_of_an_unknown_cart() -> None:
    with pytest.raises(UnknownCartError):
        shapes("nowhere")


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside the document."""
    members: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    inside = [place for name, member in members for place in _places(member, (*path, name))]
    return [*inside, path] if path else inside


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sample=st.sampled_from(_samples("order", "refund", "order_page", "notification")),
    chance=st.randoms(use_true_random=False),
)
def test_whatever_stands_anywhere_a_document_is_told_or_refused(
    sample: tuple[str, str], chance: Any
) -> None:
    cart, name = sample
    document = json.loads((_EVENTS / cart / f"{name}.json").read_bytes())
    for _ in range(chance.randint(1, 3)):
        *parents, last = chance.choice(_places(document))
        node = document
        for part in parents:
            node = node[part]
        node[last] = deepcopy(chance.choice(_EVIL))
    body = json.dumps(document).encode()
    source = Source(parse(body), body)

    for shape in shapes(cart):
        if shape.fits(source):
            told = [numbers(each) for each in shape.seen(source)]
            assert json.dumps(told)
            break
