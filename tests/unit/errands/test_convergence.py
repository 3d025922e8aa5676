"""However people edit both sides and answers get lost, accounts end with what Sage last said."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from carts.adapter import CartApiError
from shared.errands.fields import digest
from tests.unit.customers.orders import ADA, HOME, order
from tests.unit.errands.accounts_rig import Rig

EMAILS = st.sampled_from(["a@example.com", "b@example.com", "ada@example.com"])
EDITS = st.one_of(
    st.tuples(st.just("sage"), EMAILS),
    st.tuples(st.just("cart"), EMAILS),
    st.tuples(st.just("order"), EMAILS),
    st.tuples(st.sampled_from(["run", "lost before", "lost after", "busy", "tell"]), st.just("")),
)
_SETTLED = 17 * 3600


def live(rig: Rig, number: int, what: str, email: str) -> None:
    """One thing that happens."""
    match what:
        case "sage":
            rig.say(email=email)
        case "cart":
            rig.shop.accounts["4711"] = replace(rig.shop.accounts["4711"], email=email)
        case "order":
            buyer = replace(ADA, email=rig.shop.accounts["4711"].email or "")
            rig.choose(order(number + 2, minutes=number + 1, buyer=buyer, billing=HOME))
        case "tell":
            rig.tell()
        case "lost before" | "lost after":
            rig.shop.lost = [what == "lost after"]
        case "busy":
            rig.shop.broken = CartApiError("busy")
        case _:
            rig.run()
            rig.shop.broken = None
            rig.clock.pass_time(31 * 60)


@settings(max_examples=40, deadline=None)
@given(edits=st.lists(EDITS, max_size=14), last=EMAILS)
def test_what_sage_said_last_stands_in_the_cart_and_nothing_comes_back(
    edits: list[tuple[str, str]], last: str
) -> None:
    rig = Rig()
    for number, (what, email) in enumerate(edits):
        live(rig, number, what, email)
    writes_to_sage = len(rig.sage.marks)
    before = rig.link.written.get("shop/email")
    rig.shop.lost, rig.shop.broken = [], None
    rig.say(email=last)

    for _ in range(3):
        rig.run()
        rig.clock.pass_time(_SETTLED)

    is_news = digest(rig.customer, last) != before
    assert not rig.is_waiting()
    assert not is_news or rig.shop.accounts["4711"].email == last
    assert len(rig.sage.marks) == writes_to_sage == 0
    told = len(rig.shop.written)
    rig.tell()
    rig.run()
    assert len(rig.shop.written) == told
