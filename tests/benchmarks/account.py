"""The loopback account filled as `template.yaml` would fill it, and the demo tenant in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.demo.tenant import OUTLET, SHOP, WEBHOOK_SECRET, demo_tenant
from local.stack import cloud
from local.stack.simulator import SimulatorAccess
from tests.benchmarks.deployment import Deployment
from tests.benchmarks.loopback_aws import LoopbackAws

_TABLE = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
_QUEUE = ("FifoQueue", "DeduplicationScope", "FifoThroughputLimit", "VisibilityTimeout")


def fill(aws: LoopbackAws, deployment: Deployment, sage: SimulatorAccess) -> dict[str, str]:
    """Create tables, queues, bucket and keys, load the demo tenant; what `!Ref` then stands for."""
    values = {
        "Stage": cloud.STAGE,
        "LogLevel": "INFO",
        "IntacctRestUrl": sage.rest_base_url,
        "IntacctOauthUrl": sage.oauth_url,
        "IntacctXmlUrl": sage.xml_url,
    }
    for name, properties in deployment.resources("AWS::DynamoDB::Table").items():
        wanted = {key: properties[key] for key in _TABLE if key in properties}
        aws.client("dynamodb").create_table(TableName=name, **wanted)
        values[name] = name
    for name, properties in deployment.resources("AWS::SQS::Queue").items():
        values[name] = _queue(aws, name, properties)
    for name in deployment.resources("AWS::S3::Bucket"):
        values[name] = name.lower()
        aws.client("s3").create_bucket(Bucket=values[name])
    for name in deployment.resources("AWS::KMS::Key"):
        values[name] = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    store_secret = {"webhook_secrets": [WEBHOOK_SECRET]}
    cloud.load_tenant(
        aws.url,
        values["TenantsTable"],
        demo_tenant(sage.company_id, sage.user_id),
        sage.secret(),
        {SHOP: store_secret, OUTLET: store_secret},
    )
    aws.taken()
    return values


def _queue(aws: LoopbackAws, name: str, properties: Mapping[str, Any]) -> str:
    attributes = {key: _text(properties[key]) for key in _QUEUE if key in properties}
    suffix = ".fifo" if properties.get("FifoQueue") else ""
    answer = aws.client("sqs").create_queue(QueueName=name + suffix, Attributes=attributes)
    url: str = answer["QueueUrl"]
    return url


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
