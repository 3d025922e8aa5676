"""An operator at the local stack: types what runbooks say, and sees what the books say."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from local.chaos import workers
from local.demo.books import SimulatedBooks
from local.demo.payloads import ORDER_A, DemoOrder
from local.demo.tenant import SHOP, demo_tenant
from local.stack import LocalStack, Part
from ops.app import app
from ops.desk import Desk, open_desk
from shared.facts.record import order_pk
from shared.ledger.records import State
from shared.tenants.models import Contract, Tenant

TENANT = "runbook"
DOMAIN = "cartledger-runbook.myshopify.example"
STORE = "runbook-shop"
POP_UP = "runbook-pop-up"
_PATIENCE_SECONDS = 90.0


def tenant_of(stack: LocalStack, *, is_mapped: bool, stores: Sequence[str]) -> Tenant:
    """A company like the demo's; without `is_mapped`, one of its taxes has no account."""
    access = stack.simulator
    demo = demo_tenant(access.company_id, access.user_id)
    model = demo.store(SHOP)
    assert model is not None
    mapping = model.mapping
    if not is_mapped:
        mapping = replace(mapping, taxes=mapping.taxes[:-1])
    change = {"domain": DOMAIN, "mapping": mapping}
    made = tuple(model.model_copy(update={"id": store, **change}) for store in stores)
    # The tenants of all these tests are of one company: its contract has lanes for them.
    contract = Contract(
        calls_per_month=10_000_000, concurrent_per_application=200, concurrent_per_company=200
    )
    intacct = demo.intacct.model_copy(update={"tier": "5", "lanes": 2, "contract": contract})
    return demo.model_copy(update={"id": TENANT, "stores": made, "intacct": intacct})


def orders(first: int, count: int) -> list[DemoOrder]:
    """Orders like the demo's first, each of a customer of its own."""
    return [
        replace(
            ORDER_A,
            id=ORDER_A.id + 10_000 * (first + number),
            name=f"#{first + number}",
            customer_id=ORDER_A.customer_id + 1000 * (first + number),
        )
        for number in range(count)
    ]


@dataclass(frozen=True, slots=True)
class Operator:
    """Works at the stack of that name, and nowhere else."""

    stack: LocalStack
    name: str
    folder: Path

    @property
    def desk(self) -> Desk:
        """What the commands themselves work with."""
        return open_desk(f"local:{self.name}")

    def types(self, *arguments: str) -> Any:
        """What the command prints as JSON; it must end with 0."""
        line = [*arguments, "--profile", f"local:{self.name}", "--json"]
        result = CliRunner().invoke(app, line)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def applies(self, tenant: Tenant, why: str) -> Any:
        """Write the tenant's file and apply it."""
        file = self.folder / f"{tenant.id}.yaml"
        document = tenant.model_dump(mode="json", exclude_none=True)
        file.write_text(yaml.safe_dump(document, sort_keys=False))
        return self.types("tenant", "apply", str(file), "--why", why, "--yes")

    def renews_workers(self) -> None:
        """Let workers start anew, as after the minute for which they keep a configuration."""
        workers.kill(workers.workers_of(self.stack.process(Part.AWS)))

    def waits(self, what: str, is_true: Callable[[], bool]) -> None:
        """Look again until it is true; fail after a minute and a half."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            if is_true():
                return
            time.sleep(0.3)
        message = f"{what} did not happen; see {self.stack.logs_dir}"
        raise AssertionError(message)

    def is_posted(self, store: str, order: DemoOrder) -> bool:
        """Whether everything of the order that is known is done."""
        pk = order_pk(TENANT, store, str(order.id))
        record, chain = self.desk.facts.load(pk), self.desk.ledger.chain(pk)
        return (
            record is not None
            and record.due_at is None
            and bool(chain)
            and all(posting.state is State.DONE for posting in chain.values())
        )

    def documents(self, books: SimulatedBooks, store: str, order: DemoOrder) -> list[int]:
        """How often each of the order's postings is in the books."""
        chain = self.desk.ledger.chain(order_pk(TENANT, store, str(order.id)))
        known = [{document["number"], document["reference"]} for document in books.documents()]
        numbers = [posting.document_number for posting in chain.values()]
        return [sum(number in marks for marks in known) for number in numbers]
