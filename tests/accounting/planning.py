"""Short ways to plan an order from scratch and to read the answer."""

from __future__ import annotations

from typing import Any

from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posting, Reason
from shared.postings.planner import plan
from tests.accounting.journals import name_of
from tests.accounting.shop import (
    book,
    facts,
)


def planned(*parts: Any, books: StoreBook | None = None) -> Plan:
    """The plan of these facts with nothing posted."""
    return plan(facts(*parts), {}, books or book())


def by_name(made: Plan) -> dict[str, Posting]:
    """The postings by `KIND purpose`; there must be no findings."""
    assert not made.findings, made.findings
    return {name_of(posting): posting for posting in made.postings}


def reasons(made: Plan) -> set[Reason]:
    """Why an order is held; nothing may be planned then."""
    assert made.postings == ()
    return {finding.reason for finding in made.findings}


def places(made: Plan) -> set[str]:
    """Where the findings are."""
    return {finding.place for finding in made.findings}
