"""What can go wrong at Sage Intacct, sorted by what the caller may do next.

    IntacctError
    ├── NotSentError                nothing reached Sage Intacct: send it again
    │   └── RateLimitedError        ... but not before `retry_after_seconds`
    │       └── PausedError         ... and this process did not even try
    ├── OutcomeUnknownError         it left and no verdict came back: look before sending again
    ├── RejectedError               it was read and refused: sending it again cannot help
    │   ├── DuplicateDocumentError  ... because the same document is already there
    │   ├── PermissionDeniedError   ... because the role does not cover the object
    │   └── PeriodClosedError       ... because the posting date lies in a closed period
    └── CredentialsError            login or token refused: stop and call a person

An expired session or token is no error: the transport renews it once and the caller never knows.
No message, repr or attribute of these ever holds a payload, a token, a session or a password.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SageFinding:
    """One error entry as Sage gave it; all but `code` and `text` may be empty.

    `error_id` is the finer number that XML tells on request (`GL-0493`, XML reference §8.3).
    """

    code: str
    text: str
    correction: str = ""
    target: str = ""
    error_id: str = ""


class IntacctError(Exception):
    """Any failure to get a business action done at Sage Intacct.

    `is_ours` says that Sage was not even asked: such an error says nothing of the company's health.
    """

    is_ours = False

    def __init__(
        self,
        message: str,
        *,
        findings: tuple[SageFinding, ...] = (),
        status: int | None = None,
        control_id: str = "",
        support_id: str = "",
        is_replay: bool = False,
    ) -> None:
        """Keep the facts a person or a support case needs; never the payload.

        `is_replay` says that Sage repeated a stored answer for a known `Idempotency-Key` instead of
        reading the request again (REST reference §7.8): only a new key can bring a new verdict.
        """
        super().__init__(message)
        self.findings = findings
        self.status = status
        self.control_id = control_id
        self.support_id = support_id
        self.is_replay = is_replay

    @property
    def codes(self) -> tuple[str, ...]:
        """The error numbers that Sage named, the most specific first."""
        return tuple(finding.code for finding in self.findings)


class NotSentError(IntacctError):
    """Nothing reached Sage Intacct, or it was turned away unread: sending again is safe."""


class RateLimitedError(NotSentError):
    """Sage asked for a pause: send again, but not before `retry_after_seconds`."""

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: float,
        findings: tuple[SageFinding, ...] = (),
        status: int | None = None,
        control_id: str = "",
        support_id: str = "",
    ) -> None:
        """Carry the pause that was asked for, in seconds."""
        super().__init__(
            message, findings=findings, status=status, control_id=control_id, support_id=support_id
        )
        self.retry_after_seconds = retry_after_seconds


class PausedError(RateLimitedError):
    """Held back by ourselves, because the company pauses or its limits are used up for now.

    No try of anything: Sage was not asked.
    """

    is_ours = True


class OutcomeUnknownError(IntacctError):
    """The request left and no verdict came back: the document may exist. Look before sending."""


class RejectedError(IntacctError):
    """Sage read the request and refused it: sending the same again cannot help."""


class DuplicateDocumentError(RejectedError):
    """Refused because the same document, number or control id is already there: good news."""


class PermissionDeniedError(RejectedError):
    """Refused because the role of the Web Services user does not cover the object."""


class PeriodClosedError(RejectedError):
    """Refused because the posting date lies in a closed period."""


class CredentialsError(IntacctError):
    """Login, client or refresh token refused: stop the company's queue and call a person."""
