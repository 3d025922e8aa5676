"""The bulk service: a file of records, worked on as a job, its outcome to be fetched (§10.3).

The job is done when it is made; the first question about it is answered `processing` all the same,
so that clients have to ask again as they do at Sage. A `callbackURL` is kept and not called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from local.intacct_simulator.rest.bodies import read_json
from local.intacct_simulator.rest.envelopes import Json, Reply, invalid_request, success

CREATE, STATUS = "services/bulk/job/create", "services/bulk/job/status"
PARTS = ("ia::requestBody", "file")
CHUNK = 500
OPERATIONS: Mapping[str, str] = {"create": "POST", "update": "PATCH", "delete": "DELETE"}
_WORDS = ("processing", "completed")

Work = Callable[[str, str, Sequence[str], Any], Reply]


@dataclass
class Job:
    """One job: whose it is, what became of each row, and how often it was asked about."""

    user: str
    created_at: str
    rows: list[Json] = field(default_factory=list)
    asked: int = 0

    @property
    def status(self) -> str:
        """The word for how far it is."""
        return _WORDS[min(self.asked, len(_WORDS)) - 1] if self.asked else "queued"


def parts_of(content: bytes, content_type: str) -> dict[str, Any]:
    """Read the two parts of a bulk request.

    Raises:
        RestError: 400, it is no such form, or a part is missing or no JSON.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + content)
    parts: dict[str, Any] = {}
    for part in form.iter_parts() if form.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        try:
            held = part.get_payload(decode=True)
            text = held if isinstance(held, bytes) else b""
            parts[str(name)] = read_json(text)
        except ValueError as exc:
            message = f"The part {name if name in PARTS else ''} is not valid JSON"
            raise invalid_request(message) from exc
    for name in PARTS:
        if name not in parts:
            message = f"The part {name} of the bulk request is missing"
            raise invalid_request(message)
    return parts


class Bulk:
    """Keeps jobs by their ids."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def create(self, parts: Any, user: str, now: datetime, work: Work) -> Reply:
        """Do a job and say where its status is told.

        Args:
            parts: what `parts_of` read.
            user: who asks; others do not see the job.
            now: the instant, in UTC.
            work: carries out a method on an object: its name, the keys, the rows.

        Raises:
            RestError: 400, the object, the operation or the file is not given as it should be.
        """
        if not isinstance(parts, Mapping):
            message = "A bulk request is a form of two parts"
            raise invalid_request(message)
        asked, rows = parts.get("ia::requestBody"), parts.get("file")
        asked = asked if isinstance(asked, dict) else {}
        method = OPERATIONS.get(str(asked.get("operation")))
        if method is None or not isinstance(asked.get("objectName"), str):
            message = "objectName and operation (create, update, delete) are required"
            raise invalid_request(message)
        if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
            message = "The file holds an array of records"
            raise invalid_request(message)
        made_at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        job = Job(user, made_at)
        for at in range(0, len(rows), CHUNK):
            job.rows += _outcomes(method, asked["objectName"], rows[at : at + CHUNK], work)
        job_id = f"bulk-{len(self._jobs) + 1}"
        self._jobs[job_id] = job
        url = f"/{STATUS}?jobId={job_id}"
        result = {"jobId": job_id, "statusURL": url, "createdDateTime": made_at}
        return success(result)

    def status(self, query: Mapping[str, str], user: str) -> Reply:
        """Say how far a job is; with `download=true` give the outcome of its rows.

        Raises:
            RestError: 404, there is no such job of this user; 400, it is not done yet.
        """
        job_id = query.get("jobId", "")
        job = self._jobs.get(job_id)
        if job is None or job.user != user:
            message = f"There is no job {job_id}"
            raise invalid_request(message, status=404)
        if query.get("download") == "true":
            if job.status != _WORDS[-1]:
                message = "The job is not completed"
                raise invalid_request(message)
            failed = sum("ia::error" in row for row in job.rows)
            count = len(job.rows)
            meta = {"totalCount": count, "totalSuccess": count - failed, "totalError": failed}
            return success(job.rows, meta)
        job.asked += 1
        is_done = job.status == _WORDS[-1]
        told: Json = {"jobId": job_id, "status": job.status}
        told["percentComplete"] = 100 if is_done else 50
        if is_done:
            told["downloadURL"] = f"/{STATUS}?jobId={job_id}&download=true"
            told["jobStatusFile"] = f"{job_id}-response.json"
        return success(told)


def _outcomes(method: str, name: str, rows: Sequence[Json], work: Work) -> list[Json]:
    """Each row is a transaction of its own."""
    if method == "DELETE":
        reply = work(method, name, [str(row.get("key", "")) for row in rows], None)
    else:
        reply = work(method, name, (), list(rows))
    if reply.body is None:
        return [{"ia::status": reply.status} for _ in rows]
    result = reply.body["ia::result"]
    shown = result if isinstance(result, list) else [result]
    return [{"ia::status": reply.status, **row} for row in shown]
