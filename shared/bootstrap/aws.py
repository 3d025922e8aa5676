"""AWS clients: low level, pooled, with explicit timeouts.

They are made by botocore alone: boto3 adds resources and file transfers, which we do not use, and a
tenth of a second to every cold start (docs/benchmarks.md).
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
)


# What these write at DEBUG holds whole requests and answers, and the values of secrets with them. A
# stage whose functions log at DEBUG sets the level of every logger that has none of its own.
_TALKATIVE = ("botocore", "urllib3", "httpx", "httpcore")


@cache
def _session() -> botocore.session.Session:
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return botocore.session.Session()


def _client(service: str) -> Any:
    return _session().create_client(service, config=_CONFIG)


@cache
def dynamodb() -> DynamoDBClient:
    """The process's one DynamoDB client."""
    client: DynamoDBClient = _client("dynamodb")
    return client


@cache
def sqs() -> SQSClient:
    """The process's one SQS client."""
    client: SQSClient = _client("sqs")
    return client


@cache
def s3() -> S3Client:
    """The process's one S3 client."""
    client: S3Client = _client("s3")
    return client


@cache
def secretsmanager() -> SecretsManagerClient:
    """The process's one Secrets Manager client."""
    client: SecretsManagerClient = _client("secretsmanager")
    return client


@cache
def kms() -> KMSClient:
    """The process's one KMS client."""
    client: KMSClient = _client("kms")
    return client
