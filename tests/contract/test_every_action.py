"""Every action of the capability table, in both protocols: equal books, and found alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intacct.capabilities import CAPABILITIES, Action, Protocol
from intacct.documents import DocumentResult
from intacct.results import Found
from tests.contract.actions import ledger_and_stock, order_to_cash
from tests.contract.actions.stories import STORIES, Story
from tests.contract.actions.teller import Teller, differences

OFFERED = [
    (story, protocol)
    for story in STORIES
    for protocol in sorted(CAPABILITIES[story.action].offered)
]
BOTH = [story for story in STORIES if len(CAPABILITIES[story.action].offered) > 1]
# The number that Sage gives to an advance is told by XML only (RECORDID).
NUMBERED_BY_XML = frozenset({Action.ADVANCE, Action.PAYMENT})
# XML names these by our own mark and tells no state.
MARKED_BY_XML = frozenset({Action.DEPOSIT, Action.WAREHOUSE_TRANSFER})


def test_every_action_has_a_story() -> None:
    modules = {ledger_and_stock.__name__, order_to_cash.__name__}

    assert {story.action for story in STORIES} == set(CAPABILITIES) == set(Action)
    assert {story.tell.__module__ for story in STORIES} == modules


@pytest.mark.parametrize(
    ("story", "protocol"), OFFERED, ids=[f"{story.name}-{protocol}" for story, protocol in OFFERED]
)
def test_an_action_comes_to_the_balances_of_its_story(story: Story, protocol: Protocol) -> None:
    with Teller(protocol) as teller:
        story.tell(teller)

        assert teller.balances() == dict(story.balances)


@pytest.mark.parametrize("story", BOTH, ids=lambda story: story.name)
def test_an_action_leaves_the_same_books_over_both_protocols(story: Story) -> None:
    with Teller(Protocol.REST) as rest, Teller(Protocol.XML) as xml:
        story.tell(rest)
        story.tell(xml)

        assert differences(rest.all_books(), xml.all_books()) == []
        assert [as_answered(one, story) for one in rest.told.results] == [
            as_answered(one, story) for one in xml.told.results
        ]
        assert as_found(rest, story) == as_found(xml, story)
        with Teller(Protocol.XML, after=rest) as reader:
            assert as_found(reader, story) == as_found(rest, story)


def as_answered(result: DocumentResult, story: Story) -> DocumentResult:
    """A create's answer without its state, which not every protocol tells before it is asked."""
    shown = replace(result, state="")
    return replace(shown, id="") if story.action in MARKED_BY_XML else shown


def as_found(teller: Teller, story: Story) -> list[Found]:
    found = teller.found()
    if story.action in MARKED_BY_XML:
        return [replace(one, result=replace(one.result, id="", state="")) for one in found]
    if story.action not in NUMBERED_BY_XML:
        return found
    return [replace(one, result=replace(one.result, id="")) for one in found]
