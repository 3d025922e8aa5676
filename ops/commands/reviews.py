"""`review`: what waits for a person, and what the person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from ops.again import can_be_sent_again, subject_again
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    OfTenant,
    Profile,
    TenantArgument,
    Why,
    Yes,
    agreed,
    desk_of,
    said,
)
from ops.output import print_facts, print_json, print_table, say
from shared.postings.findings import Reason
from shared.reviews.records import DEAD, Review, ReviewStatus

app = typer.Typer(no_args_is_help=True, help="Review records: what waits for a person, and why.")

_RETRY = "review retry"
_RELEASE = "review release"
Subject = Annotated[str, typer.Argument(help="The subject, from `review list`.")]
OneTenant = Annotated[str, typer.Argument(help="The tenant; with --reason: only of this one.")]
OneSubject = Annotated[str, typer.Argument(help="The subject; none for all with --reason.")]
ByReason = Annotated[Reason | None, typer.Option("--reason", help="All that wait with it.")]
Rate = Annotated[float, typer.Option("--rate", min=0.2, help="Subjects a second.")]


@app.command("list")
def show_all(
    context: typer.Context,
    *,
    tenant: OfTenant = "",
    reason: Annotated[Reason | None, typer.Option("--reason", help="Only with it.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Only dead letters.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Closed ones, too.")] = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What waits for a person, the oldest first."""
    desk = desk_of(context, profile)
    found = [
        review
        for tenant_id in desk.tenant_ids(tenant)
        for review in desk.reviews.all(tenant_id)
        if (closed or review.status is ReviewStatus.OPEN)
        and (not dead or review.subject.startswith(DEAD))
        and (reason is None or reason in review.reasons)
    ]
    found.sort(key=lambda review: review.first_seen_at)
    if json:
        print_json([_facts(review) for review in found])
        return
    rows = [
        (
            review.tenant,
            review.subject,
            review.status,
            review.reasons,
            review.first_seen_at,
            review.times,
        )
        for review in found
    ]
    columns = ("tenant", "subject", "status", "reasons", "since", "times")
    print_table("Review records", columns, rows)


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    subject: Subject,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One record with every finding: where, what, and what would fix it."""
    review = desk_of(context, profile).review(tenant, subject)
    if json:
        print_json(_facts(review))
        return
    facts = _facts(review)
    del facts["findings"]
    print_facts(facts)
    for finding in review.findings:
        difference = finding.difference
        amount = f" (difference {difference.amount} {difference.currency})" if difference else ""
        say(f"\n{finding.reason.value} at {finding.place}{amount}: {finding.message}")
        if finding.hint:
            say(f"  fix: {finding.hint}")


@app.command()
def retry(
    context: typer.Context,
    tenant: OneTenant = "",
    subject: OneSubject = "",
    *,
    why: Why,
    reason: ByReason = None,
    rate: Rate = 10.0,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Look again after the cause was fixed: one subject, or all with a reason, oldest first."""
    desk = desk_of(context, profile)
    work = _Work(desk, _RETRY, why, json)
    if subject:
        work.one(tenant, subject)
    else:
        work.all(tenant, reason, rate, yes=yes)


@app.command()
def release(
    context: typer.Context,
    tenant: OneTenant = "",
    subject: OneSubject = "",
    *,
    why: Why,
    reason: ByReason = None,
    rate: Rate = 10.0,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Let what was refused go again in your name; it is looked up in Sage before it is sent."""
    desk = desk_of(context, profile)
    work = _Work(desk, _RELEASE, why, json)
    if subject:
        agreed(f"Let {subject} be sent to Sage again in your name?", yes=yes, json=json)
        work.one(tenant, subject)
    else:
        work.all(tenant, reason, rate, yes=yes)


@app.command()
def dismiss(
    context: typer.Context,
    tenant: TenantArgument,
    subject: Subject,
    *,
    why: Why,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Close a record without posting anything; it opens again when the finding is met again."""
    desk = desk_of(context, profile)
    review = desk.review(tenant, subject)
    if review.status is not ReviewStatus.OPEN:
        message = f"{subject} is closed already"
        raise OpsError(message)
    agreed(f"Close {subject} although nothing was posted?", yes=yes, json=json)
    reasons = " ".join(reason.value for reason in review.reasons)
    desk.audit.note(tenant, "review dismiss", subject, why=why, reasons=reasons)
    desk.reviews.close(tenant, subject, at=desk.clock())
    _told("closed", json=json)


@dataclass(frozen=True, slots=True)
class _Work:
    """A retry or a release, of one subject or of many."""

    desk: Desk
    what: str
    why: str
    json: bool

    def one(self, tenant: str, subject: str) -> None:
        """Start one subject again and say what was started."""
        review = self.desk.review(tenant, subject)
        if review.status is not ReviewStatus.OPEN:
            message = f"{subject} is closed: nothing waits there"
            raise OpsError(message)
        _told(self._start(review), json=self.json)

    def all(self, tenant: str, reason: Reason | None, rate: float, *, yes: bool) -> None:
        """Start every open subject with that reason again, the oldest first."""
        if reason is None:
            message = "name a tenant and a subject, or --reason for all that have it"
            raise OpsError(message)
        found = [
            review
            for tenant_id in self.desk.tenant_ids(tenant)
            for review in self.desk.reviews.all(tenant_id)
            if review.status is ReviewStatus.OPEN and reason in review.reasons
        ]
        found.sort(key=lambda review: review.first_seen_at)
        wanted = [review for review in found if can_be_sent_again(review.subject)]
        if wanted:
            question = f"{self.what.title()}: {len(wanted)} with {reason.value}?"
            agreed(question, yes=yes, json=self.json)
        failed = [review for review in wanted if not self._started(review, rate)]
        started, left = len(wanted) - len(failed), len(found) - len(wanted)
        if self.json:
            subjects = [review.subject for review in failed]
            print_json({"started": started, "left": left, "failed": subjects})
        else:
            say(f"{started} go again; {left} are no orders and stay")
        if failed:
            message = f"{len(failed)} could not be started"
            raise OpsError(message)

    def _started(self, review: Review, rate: float) -> bool:
        try:
            result = self._start(review)
        except OpsError as exc:
            said(f"{review.subject}: {exc}", json=self.json)
            return False
        said(f"{review.subject}: {result}", json=self.json)
        self.desk.sleep(1 / rate)
        return True

    def _start(self, review: Review) -> str:
        reasons = " ".join(reason.value for reason in review.reasons)
        note = self.desk.audit.note
        note(review.tenant, self.what, review.subject, why=self.why, reasons=reasons)
        is_release = self.what == _RELEASE
        return subject_again(self.desk, review.tenant, review.subject, is_release=is_release)


def _told(result: str, *, json: bool) -> None:
    if json:
        print_json({"result": result})
    else:
        say(result)


def _facts(review: Review) -> dict[str, object]:
    return {
        "tenant": review.tenant,
        "subject": review.subject,
        "status": review.status,
        "reasons": review.reasons,
        "first_seen_at": review.first_seen_at,
        "last_seen_at": review.last_seen_at,
        "times": review.times,
        "details": review.details,
        "findings": review.findings,
    }
