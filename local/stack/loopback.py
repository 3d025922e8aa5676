"""The two things in which the embedded AWS cannot be taken as the template leaves it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.stack import environment
from local.stack.errors import StackError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def let_bytes_through(url: str, api_id: str) -> None:
    """Make the embedded API Gateway hand on request bodies byte for byte, as the real one does.

    CloudFormation writes a media type with `~1` for the slash, and MiniStack 1.5.33 keeps that
    spelling, so that no type ever matches. It takes the list only in a shape that no SDK sends.

    Raises:
        StackError: the embedded AWS refuses.
    """
    patch = {"op": "replace", "path": "/binaryMediaTypes", "value": ["*/*"]}
    address = f"{url}/restapis/{api_id}"
    request = AWSRequest("PATCH", address, data=json.dumps({"patchOperations": [patch]}))
    credentials = Credentials(environment.ACCESS_KEY, environment.ACCESS_KEY)
    SigV4Auth(credentials, "apigateway", environment.REGION).add_auth(request)
    answer = httpx.patch(
        address, content=request.data, headers=dict(request.headers), trust_env=False
    )
    if answer.is_error or answer.json().get("binaryMediaTypes") != ["*/*"]:
        message = f"the embedded API Gateway refuses its binary media types ({answer.status_code})"
        raise StackError(message)


def allow_plain_http(s3: S3Client, bucket: str) -> None:
    """Lift the bucket's policy, which refuses whatever comes without TLS: loopback has none."""
    s3.delete_bucket_policy(Bucket=bucket)
