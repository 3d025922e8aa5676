"""The archive of raw deliveries in S3: written once, under a key that a retry meets again.

`raw/` holds what is worked on, `unhandled/` topics without meaning to us, `invalid/` genuine bodies
that are no document. Creating only if absent is the de-duplication of deliveries. `fetched/` holds
orders that were read from a cart's API, as commerce documents, under the digest of their content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_METADATA_BYTES = 2000
_ALREADY_THERE = "PreconditionFailed"
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_HEADER_NAME = re.compile(r"[a-z0-9-]+")


class NotKeptError(Exception):
    """A delivery could not be stored or queued: the cart must send it again."""


class RawMissingError(LookupError):
    """There is no archived body of that key."""


class Shelf(StrEnum):
    """Where a delivery is archived."""

    RAW = "raw"
    UNHANDLED = "unhandled"
    INVALID = "invalid"
    FETCHED = "fetched"


class Archive(Protocol):
    """Keeps raw bodies of deliveries."""

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Store a body; False when there is one of that key already.

        Raises:
            NotKeptError: it could not be stored.
        """
        ...

    def get(self, key: str) -> bytes:
        """The body of that key.

        Raises:
            RawMissingError: there is none.
        """
        ...


def archive_key(shelf: Shelf, tenant: str, store: str, digest: str) -> str:
    """Where a delivery is archived; no date in it, so that a retry of another day meets it too."""
    return f"{shelf.value}/{tenant}/{store}/{digest}.json"


class S3Archive:
    """The bucket of raw events."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """Keep bodies in `bucket`."""
        self._client = client
        self._bucket = bucket

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Store a body; False when there is one of that key already.

        Raises:
            NotKeptError: it could not be stored.
        """
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType="application/json",
                Metadata=_metadata(headers),
                IfNoneMatch="*",
            )
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") in (_ALREADY_THERE, "412"):
                return False
            message = "the delivery could not be archived"
            raise NotKeptError(message) from exc
        except BotoCoreError as exc:
            message = "the archive could not be reached"
            raise NotKeptError(message) from exc
        return True

    def get(self, key: str) -> bytes:
        """The body of that key.

        Raises:
            RawMissingError: there is none.
        """
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                message = "the archived delivery is not there"
                raise RawMissingError(message) from exc
            raise
        return answer["Body"].read()


def _metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as S3 takes them: printable ASCII, 2 KB in all; what does not fit is left out."""
    metadata: dict[str, str] = {}
    room = _METADATA_BYTES
    for name, value in headers.items():
        kept = _UNPRINTABLE.sub("?", value)
        room -= len(name) + len(kept)
        if room < 0 or not _HEADER_NAME.fullmatch(name):
            break
        metadata[name] = kept
    return metadata
