"""Several dependent requests in one call, in order, without rollback (REST reference §10).

For masters that need each other (a contact and its customer), never for documents of money: what
was done before a failure stays. Each step carries an idempotency key of its own, so that running
the same steps again repeats their stored answers instead of their work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from intacct.errors import IntacctError
from intacct.rest.answers import Answer
from intacct.rest.client import IDEMPOTENCY_HEADER, RestClient
from intacct.rest.wire import Json

FEWEST_STEPS = 2
MOST_STEPS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a composite; `name` is what later steps refer to its result by.

    `path` begins with `/objects/` or `/services/`; `idempotency_key` goes with POST and PATCH.
    """

    method: str
    path: str
    body: Json = field(default_factory=dict, repr=False)
    name: str = ""
    idempotency_key: str = ""

    def as_json(self) -> Json:
        """The step as it is sent; what a step inherits is left out."""
        said: Json = {"method": self.method, "path": self.path}
        if self.body:
            said["body"] = self.body
        if self.idempotency_key:
            said["headers"] = {IDEMPOTENCY_HEADER: self.idempotency_key}
        if self.name:
            said["resultReference"] = self.name
        return said


def result_of(name: str, member: str = "key", *, row: int | None = None) -> str:
    """Stands for a member of an earlier step's result; `row` counts from 1 in a list."""
    return f"@{{{name}.{member}}}" if row is None else f"@{{{name}.{row}.{member}}}"


def run(
    client: RestClient, steps: Sequence[Step], *, entity: str = ""
) -> list[Answer | IntacctError]:
    """Run the steps; the outcome of each, in their order.

    A step after a failed one is a `NotSentError`: it was not processed. When the answer is lost the
    outcome of every step is unknown.

    Raises:
        ValueError: fewer than 2 or more than 10 steps, or a path of another kind.
    """
    if not FEWEST_STEPS <= len(steps) <= MOST_STEPS:
        message = f"a composite has {FEWEST_STEPS} to {MOST_STEPS} steps"
        raise ValueError(message)
    if not all(step.path.startswith(("/objects/", "/services/")) for step in steps):
        message = "the path of a step begins with /objects/ or /services/"
        raise ValueError(message)
    said: list[dict[str, Any]] = [step.as_json() for step in steps]
    return client.composite(said, entity=entity)
