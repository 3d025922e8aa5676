"""One story or more for every business action, each with the balances that it must come to.

A story is told once and said in both protocols (`tests/contract/test_every_action.py`). Balances
are debits less credits, by account, in dollars; the journals are those of the accounting reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from intacct.capabilities import Action
from tests.contract.actions.teller import Teller

Tell = Callable[[Teller], None]


@dataclass(frozen=True)
class Story:
    """Business of one kind, and what the ledger says in the end."""

    action: Action
    tell: Tell
    balances: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The action and the story, as a test is named."""
        return f"{self.action}-{self.tell.__name__}"


STORIES: list[Story] = []


def story(action: Action, **balances: str) -> Callable[[Tell], Tell]:
    """Add a story; accounts are named `a` and their number, a dash as an underscore."""

    def added(tell: Tell) -> Tell:
        expected = {name[1:].replace("_", "-"): amount for name, amount in balances.items()}
        STORIES.append(Story(action, tell, expected))
        return tell

    return added
