"""Production and test companies are never mixed up: a stage refuses the other kind.

Sandbox companies are named `<CompanyID>-sandbox`, since 2025 R4 `<CompanyID>-<name>`;
implementation companies end in `-imp` (REST reference §1). A name with another suffix may be a
named sandbox or a production company with a hyphen: no stage takes it without being told why.
"""

from __future__ import annotations

from enum import StrEnum

PRODUCTION_STAGES = frozenset({"prod", "production"})
_TEST_SUFFIXES = ("-sandbox", "-imp")
_SHORTEST_REASON = 10


class CompanyKind(StrEnum):
    """What a company's id says of it."""

    PRODUCTION = "production"
    TEST = "test"
    UNCLEAR = "unclear"


class WrongCompanyError(ValueError):
    """The company is not of the kind that the stage works with; nothing may be sent to it."""


def kind_of(company_id: str) -> CompanyKind:
    """What the id says: a test company by its suffix, production without any, else unclear."""
    name = company_id.strip().lower()
    if name.endswith(_TEST_SUFFIXES):
        return CompanyKind.TEST
    return CompanyKind.UNCLEAR if "-" in name else CompanyKind.PRODUCTION


def check_company(company_id: str, *, stage: str, override_reason: str = "") -> None:
    """Let a stage work with its own kind of company only.

    `override_reason` is a person's sentence why this company belongs to this stage all the same; it
    is part of the tenant's configuration, so that it is reviewed and kept.

    Raises:
        WrongCompanyError: the company is of the other kind or unclear, and no reason is given.
    """
    is_production = stage.strip().lower() in PRODUCTION_STAGES
    wanted = CompanyKind.PRODUCTION if is_production else CompanyKind.TEST
    found = kind_of(company_id)
    if found is wanted or len(override_reason.strip()) >= _SHORTEST_REASON:
        return
    message = (
        f"stage {stage} works with {wanted.value} companies, and {company_id} is {found.value}; "
        f"if it belongs here, say why in at least {_SHORTEST_REASON} letters"
    )
    raise WrongCompanyError(message)
