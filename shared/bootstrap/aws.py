"""AWS clients: low level (resources cost a second of cold start), pooled, with explicit timeouts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
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


@cache
def dynamodb() -> DynamoDBClient:
    """The process's one DynamoDB client."""
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def sqs() -> SQSClient:
    """The process's one SQS client."""
    return boto3.client("sqs", config=_CONFIG)


@cache
def s3() -> S3Client:
    """The process's one S3 client."""
    return boto3.client("s3", config=_CONFIG)


@cache
def secretsmanager() -> SecretsManagerClient:
    """The process's one Secrets Manager client."""
    return boto3.client("secretsmanager", config=_CONFIG)


@cache
def kms() -> KMSClient:
    """The process's one KMS client."""
    return boto3.client("kms", config=_CONFIG)
