"""Which result belongs to which function of a request, and what its failure lets callers do.

Results come in the order of the functions (§4.1), but a transaction may leave some out (§6.3), a
session may die between two of them, and an answer may contradict itself: never a silent success.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from intacct.errors import (
    DuplicateDocumentError,
    IntacctError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
)
from intacct.xml.envelope import Faults, Function, FunctionResult, Response
from intacct.xml.error_table import Level, Verdict, error_for, is_rolled_back_only, verdict_of
from intacct.xml.transport import Answer

# A session that is refused like a wrong password: newer gateways may say it so (§2.1, §8.4 row 10).
_MAYBE_EXPIRED = "sign-in information"
_ABORTED = "aborted"
_TROUBLE = frozenset({Verdict.RATE_LIMIT, Verdict.RETRY, Verdict.UPSTREAM})


def is_session_refused(response: Response) -> bool:
    """Whether the session was refused in a way that a new one may cure: nothing was carried out."""
    authentication = response.authentication
    if not response.is_read or authentication is None or response.is_authenticated:
        return False
    if verdict_of(authentication.faults, Level.AUTHENTICATION) is Verdict.RELOGIN:
        return True
    return any(_MAYBE_EXPIRED in finding.text.lower() for finding in authentication.faults.findings)


def cut_off(
    functions: Sequence[Function], response: Response, *, transaction: bool
) -> list[Function]:
    """The functions that the death of the session kept from being carried out.

    Those that have a result of their own are not among them. Of a transaction it is all or none:
    what ran before the session died was rolled back.
    """
    answered = {result.control_id for result in response.results}
    if not is_session_refused(response):
        dead = {r.control_id for r in response.results if _died(r)}
        if not dead:
            return []
        # Functions run in order, so what is missing after a dead one met the same dead session.
        answered -= dead
    left = [function for function in functions if function.control_id not in answered]
    return list(functions) if left and transaction else left


def _died(result: FunctionResult) -> bool:
    return not result.is_success and verdict_of(result.faults, Level.RESULT) is Verdict.RELOGIN


def trouble_of(answer: Answer, *, is_write: bool) -> IntacctError | None:
    """What an answer says of the company's health: a pause asked for, or trouble of Sage's own.

    Refused documents and ended sessions are no trouble: the company answered.
    """
    response = answer.response
    levels = [(response.is_read, Level.CONTROL, response.faults)]
    if response.authentication is not None:
        known = response.authentication
        levels.append((response.is_authenticated, Level.AUTHENTICATION, known.faults))
    levels += [(result.is_success, Level.RESULT, result.faults) for result in response.results]
    for is_fine, level, faults in levels:
        if not is_fine and verdict_of(faults, level) in _TROUBLE:
            return error_for(
                faults,
                level,
                is_write=is_write,
                status=answer.status,
                pause_seconds=answer.pause_seconds,
            )
    return None


def judged_results(
    functions: Sequence[Function], answer: Answer, *, is_write: bool, transaction: bool
) -> list[FunctionResult]:
    """One result per function, in their order; each that is no plain success has its error."""
    undone = transaction and any(not r.is_success for r in answer.response.results)
    matched = _matched(functions, answer, is_write=is_write, undone=undone)
    return [_judged(result, answer, is_write=is_write, undone=undone) for result in matched]


def _matched(
    functions: Sequence[Function], answer: Answer, *, is_write: bool, undone: bool
) -> list[FunctionResult]:
    left = list(answer.response.results)
    matched = []
    for function in functions:
        found = next((r for r in left if r.control_id == function.control_id), None)
        if found is None:
            found = _missing(function, answer, is_write=is_write, undone=undone)
        else:
            left.remove(found)
        matched.append(found)
    return matched


def _missing(function: Function, answer: Answer, *, is_write: bool, undone: bool) -> FunctionResult:
    """A result for a function that the answer is silent about."""
    control_id = function.control_id
    if undone:  # a transaction may leave out what it never ran (§6.3)
        return FunctionResult(status=_ABORTED, function="", control_id=control_id)
    kind = OutcomeUnknownError if is_write else RejectedError
    message = "the answer holds no result for this function"
    error = kind(message, status=answer.status, control_id=control_id)
    return FunctionResult(status="missing", function="", control_id=control_id, error=error)


def _judged(
    result: FunctionResult, answer: Answer, *, is_write: bool, undone: bool
) -> FunctionResult:
    """The result with its error, where it is no success; aborted ones inherit their cause."""
    if result.error is not None:
        return result
    if result.is_success:
        return _contradicted(result) if undone else result
    if is_write and not undone and result.status != _ABORTED and holds_records(result):
        return _unknown(result, "a failed function says that it wrote something all the same")
    cause = _inherited(result, answer.response)
    error = error_for(
        cause or result.faults,
        Level.RESULT,
        is_write=is_write,
        control_id=result.control_id,
        status=answer.status,
        pause_seconds=answer.pause_seconds,
    )
    if cause is not None and isinstance(error, DuplicateDocumentError):
        # The other function's document is there; this one was undone and is not.
        error = RejectedError(
            "undone with another function of its transaction, whose document is there already",
            findings=error.findings,
            status=error.status,
            control_id=error.control_id,
            support_id=error.support_id,
        )
    return dataclasses.replace(result, error=error)


def _contradicted(result: FunctionResult) -> FunctionResult:
    """A success inside a transaction that failed: documented as undone, so nobody may trust it."""
    return _unknown(result, "a transaction failed, but says that this function was carried out")


def _unknown(result: FunctionResult, message: str) -> FunctionResult:
    error = OutcomeUnknownError(
        message,
        findings=result.faults.findings,
        control_id=result.control_id,
        support_id=result.faults.support_id,
    )
    return dataclasses.replace(result, error=error)


def _inherited(result: FunctionResult, response: Response) -> Faults | None:
    """The errors of the function that made this one fail; None where it failed by itself."""
    if result.faults.findings and not is_rolled_back_only(result.faults):
        return None
    causes = (other.faults for other in response.results if not other.is_success)
    return next((c for c in causes if c.findings and not is_rolled_back_only(c)), None)


def renamed(error: IntacctError, control_id: str) -> IntacctError:
    """The same error as that of another function, for errors that speak of a whole request."""
    known: dict[str, Any] = {
        "findings": error.findings,
        "status": error.status,
        "control_id": control_id,
        "support_id": error.support_id,
    }
    if isinstance(error, RateLimitedError):
        known["retry_after_seconds"] = error.retry_after_seconds
    made = type(error)(str(error), **known)
    made.__cause__ = error.__cause__
    return made


def holds_records(result: FunctionResult) -> bool:
    """Whether a result names records that now exist: partial success of a create (§4.5)."""
    return any(row.findtext("RECORDNO") for row in result.rows)
