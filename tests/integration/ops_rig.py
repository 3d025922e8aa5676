"""A deployment on moto, made by a template with the outputs of ours, and the command line on it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from ops.app import app
from ops.desk import Desk, desk_at
from ops.place import AwsPlace, open_place
from ops.queues import dead_queue
from shared.dead_letters.queues import DeadQueue
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.messages import OrderReady
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Stage, order_subject
from tests.integration.order_posting_rig import sold, tenant

STACK = "cartledger-test"
REGION = "us-east-1"
_QUEUES = ("CartEvents", "OrderPostings")
_SCHEDULES = (
    "CartPoller",
    "CustomerWatch",
    "ItemSync",
    "InventorySync",
    "IntacctPoller",
    "GlExport",
    "PayoutSync",
    "Reconciliation",
    "TokenRefresh",
    "SessionManager",
    "Sweeper",
    "DeadLetters",
)
_INVOKED = (
    "OrderPosting",
    "CartPoller",
    "CustomerWatch",
    "ItemSync",
    "InventorySync",
    "IntacctPoller",
    "GlExport",
    "PayoutSync",
    "Reconciliation",
)
_TABLES = ("Ledger", "Orders", "Connections", "Tenants")


def _queue(fifo_name: str = "") -> dict[str, Any]:
    """Moto, unlike AWS, makes up no FIFO queue's name."""
    properties = {"FifoQueue": True, "QueueName": f"{fifo_name}.fifo"} if fifo_name else {}
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def _table() -> dict[str, Any]:
    names = ("pk", "sk")
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in names
            ],
            "KeySchema": [
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(names, ("HASH", "RANGE"), strict=True)
            ],
        },
    }


def _template() -> str:
    resources: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for name in _QUEUES:
        for kind in ("Queue", "Dlq"):
            resources[f"{name}{kind}"] = _queue(f"{name}{kind}")
        outputs[f"{name}QueueUrl"] = {"Value": {"Ref": f"{name}Queue"}}
        outputs[f"{name}DlqUrl"] = {"Value": {"Ref": f"{name}Dlq"}}
    for kind in ("Queue", "Dlq"):
        resources[f"AmazonEvents{kind}"] = _queue()
        outputs[f"AmazonEvents{kind}Url"] = {"Value": {"Ref": f"AmazonEvents{kind}"}}
    for name in _SCHEDULES:
        resources[f"{name}Dlq"] = _queue()
        outputs[f"{name}DlqUrl"] = {"Value": {"Ref": f"{name}Dlq"}}
    for name in (*_INVOKED, "TokenRefresh", "SessionManager"):
        outputs[f"{name}FunctionName"] = {"Value": name}
    resources["RawEventsBucket"] = {"Type": "AWS::S3::Bucket"}
    outputs["RawEventsBucketName"] = {"Value": {"Ref": "RawEventsBucket"}}
    resources["ProofsBucket"] = {"Type": "AWS::S3::Bucket"}
    outputs["ProofsBucketName"] = {"Value": {"Ref": "ProofsBucket"}}
    for name in _TABLES:
        resources[f"{name}Table"] = _table()
        outputs[f"{name}TableName"] = {"Value": {"Ref": f"{name}Table"}}
    outputs["WebhookApiUrl"] = {"Value": "https://api.example/production"}
    outputs["Stage"] = {"Value": "production"}
    return json.dumps({"Resources": resources, "Outputs": outputs})


class FakeLambda:
    """Functions that answer what a test says, and remember what they were asked."""

    def __init__(self, answers: dict[str, Any], *, fails: bool = False) -> None:
        self._answers = answers
        self._fails = fails
        self.asked: list[tuple[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        """Answer as Lambda does."""
        self.asked.append((call["FunctionName"], json.loads(call["Payload"])))
        body = json.dumps(self._answers.get(call["FunctionName"])).encode()
        failure = {"FunctionError": "Unhandled"} if self._fails else {}
        return {"Payload": io.BytesIO(body), **failure}


@dataclass
class OpsRig:
    """The deployment, the command line on it, and what a test puts there."""

    desk: Desk
    slept: list[float] = field(default_factory=list)

    def run(self, *arguments: str, answers: str = "") -> Result:
        """Run the command line as a person would; an unexpected error fails the test."""
        opened: list[str] = []

        def opener(profile: str) -> Desk:
            opened.append(profile)
            return self.desk

        result = CliRunner().invoke(app, list(arguments), input=answers, obj=opener)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *arguments: str) -> Any:
        """What the command prints with `--json`."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def answer_functions(self, answers: dict[str, Any], *, fails: bool = False) -> FakeLambda:
        """Put functions in the place that moto cannot run."""
        functions = FakeLambda(answers, fails=fails)
        place = self.desk.place
        assert isinstance(place, AwsPlace)
        place.clients["lambda"] = functions
        return functions

    def keep(self, order_id: str, *, status: FactsStatus = FactsStatus.READY) -> FactsRecord:
        """Store an order's facts."""
        pk = order_pk("acme", "shop", order_id)
        return self.desk.facts.save(FactsRecord(pk, sold(order_id), status=status, customer="C-1"))

    def hold(self, order_id: str, reason: Reason, stage: Stage = Stage.POSTING) -> str:
        """Open a review record; its subject."""
        subject = order_subject("shop", order_id, stage)
        finding = Finding(reason, "line 1", "something is wrong", "set it right")
        self.desk.reviews.open("acme", subject, [finding], at=self.desk.clock())
        return subject

    def dead_order(
        self,
        order_id: str,
        *,
        tenant: str = "acme",
        store: str = "shop",
        group: str = "acme#0",
        redrives: int = 0,
        once: str = "",
    ) -> str:
        """Put an order's message among the dead letters; its message id."""
        body = OrderReady(tenant=tenant, store=store, order_id=order_id, facts_version=1)
        attributes: dict[str, Any] = {}
        if redrives:
            count = {"DataType": "Number", "StringValue": str(redrives)}
            attributes["MessageAttributes"] = {"redrive_count": count}
        sent = self.desk.place.client("sqs").send_message(
            QueueUrl=self.desk.place.output("OrderPostingsDlqUrl"),
            MessageBody=body.model_dump_json(),
            MessageGroupId=group,
            MessageDeduplicationId=f"once-{order_id}-{once}",
            **attributes,
        )
        return str(sent["MessageId"])

    def dead_queue(self, name: str) -> DeadQueue:
        """The dead-letter queue of that name."""
        return dead_queue(self.desk.place, name)

    def take(self, output: str) -> list[dict[str, Any]]:
        """Every message that is visible in a queue, taken out of it."""
        sqs, url = self.desk.place.client("sqs"), self.desk.place.output(output)
        taken: list[dict[str, Any]] = []
        while True:
            answer = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return taken
            for message in answer["Messages"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken.append(message)


def order_ids(messages: list[dict[str, Any]]) -> list[str]:
    """The orders that messages are about, in their order."""
    return [json.loads(message["Body"])["order_id"] for message in messages]


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpsRig]:
    """A fresh deployment with the demo tenant."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        boto3.client("cloudformation").create_stack(StackName=STACK, TemplateBody=_template())
        slept: list[float] = []
        desk = desk_at(
            open_place(f"aws:{STACK}"),
            clock=lambda: datetime.now(UTC),
            sleep=slept.append,
            wait_seconds=0,
        )
        desk.tenants.replace(None, tenant())
        yield OpsRig(desk, slept)
