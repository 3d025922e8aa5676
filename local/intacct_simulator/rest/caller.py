"""Who calls: the user and entity of a token, the view the request asked for, and its rights."""

from __future__ import annotations

from dataclasses import dataclass

from local.intacct_simulator.company import Company
from local.intacct_simulator.rest.envelopes import RestError, error


@dataclass(frozen=True)
class Caller:
    """The signed-in user and the entity the request works in (empty text: the top level)."""

    user: str
    entity: str


def require_right(company: Company, caller: Caller, table: str, right: str, name: str) -> None:
    """Refuse what the user's role does not cover.

    Raises:
        RestError: 403 `unauthorizedUser` (REST reference §3.5).
    """
    owner = table.removesuffix("_line").removesuffix("_detail")
    if company.permits(caller.user, owner, right):
        return
    raise RestError(
        403,
        error(
            "unauthorizedUser",
            f"The user is not authorized to {right} {name}",
            "REST-1010",
            message_id="IA.USER_IS_NOT_AUTHORIZED",
            placeholders={"OPERATION": right, "RESOURCE_NAME": name},
        ),
    )
