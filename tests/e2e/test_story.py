"""The whole product through the deployed template, and what its logs must not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from local.demo.carts import CartShops
from local.demo.checks import Checks
from local.demo.story import tell
from local.demo.tenant import WEBHOOK_SECRET
from local.stack import LocalStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(540)]


@pytest.fixture(scope="module")
def told(stack: LocalStack, shops: CartShops) -> Checks:
    return tell(stack, Console(width=140), shops)


def test_signed_cart_orders_become_balanced_books(told: Checks) -> None:
    assert told.made
    assert [check for check in told.made if not check.is_true] == []


@pytest.mark.usefixtures("told")
def test_no_dead_letter_is_left(stack: LocalStack) -> None:
    sqs = stack.client("sqs")
    dead = {
        name: sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]["ApproximateNumberOfMessages"]
        for name, url in stack.outputs.items()
        if name.endswith("DlqUrl")
    }

    assert dead
    assert set(dead.values()) == {"0"}


@pytest.mark.usefixtures("told")
def test_no_log_holds_a_secret_or_a_person(stack: LocalStack) -> None:
    access = stack.simulator
    forbidden = {
        "webhook secret": WEBHOOK_SECRET,
        "client secret": access.client_secret,
        "sender password": access.sender_password,
        "user password": access.user_password,
        "bearer token": "Bearer ey",
        "token": "eyJ",
        "e-mail": "ada@example.com",
        "e-mail of another cart's buyer": "grace@example.com",
        "name": "Ada Example",
        "address": "1 Analytical Row",
    }

    stack.collect_logs()
    logs = [path for path in Path(stack.logs_dir).rglob("*") if path.is_file()]
    found = [
        (path.name, what)
        for path in logs
        for what, text in forbidden.items()
        if text in path.read_text(encoding="utf-8", errors="replace")
    ]

    assert logs
    assert found == []
