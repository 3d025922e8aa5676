"""A stage works with its own kind of company, or is told why not."""

from __future__ import annotations

import pytest

from intacct.companies import CompanyKind, WrongCompanyError, check_company, kind_of


@pytest.mark.parametrize(
    ("company", "kind"),
    [
        ("Acme", CompanyKind.PRODUCTION),
        ("acme2", CompanyKind.PRODUCTION),
        ("Acme-sandbox", CompanyKind.TEST),
        ("ACME-SANDBOX", CompanyKind.TEST),
        ("Acme-imp", CompanyKind.TEST),
        ("Acme-dev1", CompanyKind.UNCLEAR),
        ("Smith-Jones", CompanyKind.UNCLEAR),
        ("sandbox", CompanyKind.PRODUCTION),
    ],
)
def test_the_id_of_a_company_says_what_it_is(company: str, kind: CompanyKind) -> None:
    assert kind_of(company) is kind


@pytest.mark.parametrize(
    ("stage", "company"),
    [("prod", "Acme"), ("production", "Acme"), ("dev", "Acme-sandbox"), ("staging", "Acme-imp")],
)
def test_a_stage_takes_companies_of_its_kind(stage: str, company: str) -> None:
    check_company(company, stage=stage)


@pytest.mark.parametrize(
    ("stage", "company"),
    [
        ("prod", "Acme-sandbox"),
        ("prod", "Acme-imp"),
        ("prod", "Acme-dev1"),
        ("dev", "Acme"),
        ("staging", "Acme"),
        ("dev", "Acme-dev1"),
        ("Production", "Acme-SANDBOX"),
    ],
)
def test_a_stage_refuses_every_other_company(stage: str, company: str) -> None:
    with pytest.raises(WrongCompanyError, match=company):
        check_company(company, stage=stage)
    with pytest.raises(WrongCompanyError):
        check_company(company, stage=stage, override_reason="   yes     ")


def test_a_reason_overrides_the_refusal() -> None:
    reason = "Smith-Jones is the legal name of the production company"
    check_company("Smith-Jones", stage="prod", override_reason=reason)
