"""`review`: what waits for a person, and what the person decides."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.again import subject_again
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    TenantArgument,
    Why,
    Yes,
    agreed,
    desk_of,
)
from ops.output import print_facts, print_json, print_table, say
from shared.postings.findings import Reason
from shared.reviews.records import DEAD, Review, ReviewStatus

app = typer.Typer(no_args_is_help=True, help="Review records: what waits for a person, and why.")

Subject = Annotated[str, typer.Argument(help="The subject, from `review list`.")]


@app.command("list")
def show_all(
    context: typer.Context,
    *,
    tenant: Annotated[str, typer.Option("--tenant", help="Only of this tenant.")] = "",
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
    tenant: TenantArgument,
    subject: Subject,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Look again after the cause was fixed; what Sage refused stays refused."""
    _again(context, profile, tenant, subject, why, json=json, is_release=False)


@app.command()
def release(
    context: typer.Context,
    tenant: TenantArgument,
    subject: Subject,
    *,
    why: Why,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Let what was refused go again in your name; it is looked up in Sage before it is sent."""
    agreed(f"Let {subject} be sent to Sage again in your name?", yes=yes, json=json)
    _again(context, profile, tenant, subject, why, json=json, is_release=True)


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


def _again(
    context: typer.Context,
    profile: str,
    tenant: str,
    subject: str,
    why: str,
    *,
    json: bool,
    is_release: bool,
) -> None:
    desk = desk_of(context, profile)
    review = desk.review(tenant, subject)
    if review.status is not ReviewStatus.OPEN:
        message = f"{subject} is closed: nothing waits there"
        raise OpsError(message)
    what = "review release" if is_release else "review retry"
    reasons = " ".join(reason.value for reason in review.reasons)
    desk.audit.note(tenant, what, subject, why=why, reasons=reasons)
    _told(subject_again(desk, tenant, subject, is_release=is_release), json=json)


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
