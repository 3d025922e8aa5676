"""Whatever a gateway answers, a client says what may be done next, and believes nothing false.

One answer of each story is bent on its way. What comes out is a result or one of our errors, never
another exception; a story that went through left the books it should, and a look-up never takes a
bent answer for "not there", which would let a document be sent twice.

`BENT_ANSWERS=20 make test` (or pytest with it) draws that many for each story instead of one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from random import Random

import httpx
import pytest

from intacct.capabilities import CAPABILITIES
from intacct.errors import IntacctError
from tests.contract.actions import ledger_and_stock, order_to_cash
from tests.contract.actions.bending import Bent
from tests.contract.actions.stories import STORIES, Story
from tests.contract.actions.teller import Teller

DRAWS = int(os.environ.get("BENT_ANSWERS", "1"))
MODULES = (ledger_and_stock, order_to_cash)  # which fill the stories
ANSWERS_MAX = 12  # the longest story and its look-ups have about as many


@pytest.mark.parametrize("draw", range(DRAWS))
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_bent_answer_leads_to_no_false_belief(story: Story, draw: int) -> None:
    dice = Random(f"{story.name} {draw}")  # noqa: S311  # a test draws, and must draw the same again
    protocol = dice.choice(sorted(CAPABILITIES[story.action].offered))
    place = dice.randrange(ANSWERS_MAX)

    def bent(wire: httpx.BaseTransport) -> httpx.BaseTransport:
        return Bent(wire, dice, at=place)

    with Teller(protocol, between=bent) as teller, suppress(IntacctError):
        story.tell(teller)

        assert teller.balances() == dict(story.balances)
        told = len(teller.found())
        with Teller(protocol, after=teller) as reader:
            assert told == len(reader.found())
