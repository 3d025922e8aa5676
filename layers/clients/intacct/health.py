"""When a company's calls pause and when they stop: one state for the whole fleet, pure functions.

A 429 or 503 slows every lane of the company, not only the call that got it; failures without a
verdict open a breaker, which lets one probe through after a while (reliability §5). A pause is a
`RateLimitedError`: what was not sent is parked and comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError, RateLimitedError

_SERVICE_UNAVAILABLE = 503


class Verdict(StrEnum):
    """What a call says of the company's health, whatever became of its document."""

    ANSWERED = "answered"
    LIMITED = "limited"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reaction:
    """How pauses grow and when the breaker opens; the figures of reliability §5."""

    base_seconds: float = 1.0
    longest_seconds: float = 60.0
    failures_in_a_row: int = 5
    window: int = 20
    failed_share: float = 0.5
    open_seconds: float = 30.0
    probe_seconds: float = 60.0


REACTION = Reaction()


@dataclass(frozen=True, slots=True)
class Health:
    """What the fleet remembers of one company; the default is one that never failed.

    `recent` are the last outcomes since a failure, true for failed. While `open_until` is set the
    breaker is open, or after that instant half open: then one caller holds the probe until
    `probe_until`.
    """

    paused_until: datetime | None = None
    limited_in_a_row: int = 0
    failed_in_a_row: int = 0
    recent: tuple[bool, ...] = ()
    open_until: datetime | None = None
    probe_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open or half open."""
        return self.open_until is not None


def verdict_of(error: IntacctError | None) -> tuple[Verdict, ...]:
    """What a finished call says: a 503 is both a wish for a pause and a failure.

    A refusal, of a document or of a login, is an answer: the company is well. A call that we held
    back ourselves says nothing.
    """
    if error is not None and error.is_ours:
        return ()
    match error:
        case RateLimitedError():
            if error.status == _SERVICE_UNAVAILABLE:
                return (Verdict.LIMITED, Verdict.FAILED)
            return (Verdict.LIMITED,)
        case NotSentError() | OutcomeUnknownError():
            return (Verdict.FAILED,)
        case _:
            return (Verdict.ANSWERED,)


def seconds_to_wait(health: Health, now: datetime) -> float:
    """How long a call has to wait; 0 when it may leave (as the probe, when the breaker is open)."""
    until = [moment for moment in (health.paused_until, health.open_until) if moment is not None]
    if health.is_open and health.probe_until is not None:
        until.append(health.probe_until)
    return max((max(0.0, (moment - now).total_seconds()) for moment in until), default=0.0)


def probing(health: Health, now: datetime, reaction: Reaction = REACTION) -> Health:
    """The same health with the one probe of the half open breaker taken."""
    return replace(health, probe_until=now + timedelta(seconds=reaction.probe_seconds))


def after_limit(
    health: Health,
    now: datetime,
    *,
    retry_after_seconds: float,
    uniform: Callable[[float, float], float],
    reaction: Reaction = REACTION,
) -> Health:
    """The company asked for a pause: at least as long as it said, longer each time in a row.

    `uniform` draws between its two arguments (full jitter). A pause is never shortened.
    """
    ceiling = min(
        reaction.longest_seconds, reaction.base_seconds * 2.0 ** min(health.limited_in_a_row, 16)
    )
    seconds = max(retry_after_seconds, uniform(0.0, ceiling))
    until = now + timedelta(seconds=seconds)
    if health.paused_until is not None:
        until = max(until, health.paused_until)
    return replace(health, paused_until=until, limited_in_a_row=health.limited_in_a_row + 1)


def after_failure(health: Health, now: datetime, reaction: Reaction = REACTION) -> Health:
    """A call failed without a verdict: the breaker opens when it is one too many."""
    recent = (*health.recent, True)[-reaction.window :]
    in_a_row = health.failed_in_a_row + 1
    failed = replace(health, recent=recent, failed_in_a_row=in_a_row)
    is_full = len(recent) == reaction.window
    opens = (
        health.is_open
        or in_a_row >= reaction.failures_in_a_row
        or (is_full and sum(recent) > reaction.failed_share * reaction.window)
    )
    if not opens:
        return failed
    until = now + timedelta(seconds=reaction.open_seconds)
    return replace(failed, open_until=until, probe_until=None)


def after_answer(health: Health, now: datetime, reaction: Reaction = REACTION) -> Health:
    """A call was answered: a probe that is answered closes the breaker and all is forgotten.

    An answer to a call that left before the breaker opened closes nothing: what answers while no
    probe is under way says nothing of now.
    """
    if health.is_open:
        is_probe = health.probe_until is not None
        return (
            replace(Health(), paused_until=_still(health.paused_until, now)) if is_probe else health
        )
    recent = (*health.recent, False)[-reaction.window :] if any(health.recent) else ()
    return Health(
        paused_until=_still(health.paused_until, now), recent=recent if any(recent) else ()
    )


def _still(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None
