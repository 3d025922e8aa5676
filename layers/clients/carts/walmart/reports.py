"""Walmart's reconciliation reports: which there are, and one as rows (carts reference §9.5).

A report is a CSV in a zip archive. Nothing of it is believed before it is read: its size, its
columns and its numbers may be anything.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx

from carts.adapter import CartApiError
from carts.json_api import JsonApi

_AVAILABLE = "/v3/report/reconreport/availableReconFiles"
_FILE = "/v3/report/reconreport/reconFile"
_VERSION = {"reportVersion": "v1"}
_MOST_BYTES = 50 * 1024 * 1024


def available(api: JsonApi) -> Iterator[tuple[datetime, str]]:
    """The dates of the reports there are, each with the name that it is downloaded by.

    Raises:
        CartApiError: the list could not be read.
    """
    document = api.get(_AVAILABLE, _VERSION).document
    listed = document.get("availableApReportDates") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise _another_shape()
    for name in listed:
        try:
            yield datetime.strptime(name, "%m%d%Y").replace(tzinfo=UTC), name
        except (TypeError, ValueError) as exc:
            raise _another_shape() from exc


def download(http: httpx.Client, name: str) -> dict[str, Any]:
    """One report as `{"reportData": [row, ...]}`, each row by the names of its columns.

    Raises:
        CartApiError: it could not be had (not lasting), or is no report that can be read (lasting).
    """
    try:
        answer = http.get(_FILE, params={"reportDate": name, **_VERSION})
    except httpx.TransportError as exc:
        message = "Walmart's reports are out of reach"
        raise CartApiError(message) from exc
    if answer.status_code != httpx.codes.OK:
        message = f"Walmart answered {answer.status_code} instead of a report"
        raise CartApiError(message)
    text = _text(answer.content)
    return {"reportData": [dict(row) for row in csv.DictReader(io.StringIO(text), strict=True)]}


def _text(content: bytes) -> str:
    """The only file of the archive, no larger than can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (inside,) = archive.infolist()
            if inside.file_size > _MOST_BYTES:
                message = "Walmart's report is larger than can be read"
                raise CartApiError(message, is_lasting=True)
            with archive.open(inside) as file:
                return file.read(_MOST_BYTES).decode("utf-8-sig")
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError) as exc:
        raise _another_shape() from exc


def _another_shape() -> CartApiError:
    message = "Walmart's report has another shape than documented"
    return CartApiError(message, is_lasting=True)
