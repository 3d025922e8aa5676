"""What the deployment says of itself, and that each environment says all of its own settings."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests.template.reading import ROOT, functions, properties, target, template

OUTPUTS = template()["Outputs"]
PARAMETERS = template()["Parameters"]
with (ROOT / "samconfig.toml").open("rb") as _file:
    CONFIG: dict[str, Any] = tomllib.load(_file)
ENVIRONMENTS = [name for name in CONFIG if name != "version"]


def _overrides(environment: str) -> dict[str, str]:
    given = CONFIG[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(text.split("=", maxsplit=1) for text in given)


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("AWS::SQS::Queue", "Url"), ("AWS::DynamoDB::Table", "Name"), ("AWS::S3::Bucket", "Name")],
)
def test_whatever_an_operator_looks_for_is_an_output(kind: str, suffix: str) -> None:
    for name in properties(kind):
        assert target(OUTPUTS[name + suffix]["Value"]) == name


@pytest.mark.parametrize("name", functions())
def test_every_function_can_be_found_by_an_output(name: str) -> None:
    assert target(OUTPUTS[f"{name}Name"]["Value"]) == name


def test_the_address_of_the_api_is_an_output() -> None:
    assert target(OUTPUTS["WebhookApiId"]["Value"]) == "WebhookApi"
    assert "${WebhookApi}" in OUTPUTS["WebhookApiUrl"]["Value"]["Fn::Sub"]


def test_environments_are_local_sandbox_and_production_and_the_default_is_the_sandbox() -> None:
    assert set(ENVIRONMENTS) == {"default", "local", "sandbox", "production"}
    assert CONFIG["default"] == CONFIG["sandbox"]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_is_written_out_in_full(name: str) -> None:
    commands = CONFIG[name]

    assert set(commands) == {"build", "validate", "deploy"}
    assert set(commands["build"]["parameters"]) == {"cached", "parallel"}
    assert {"stack_name", "capabilities", "confirm_changeset", "tags", "s3_prefix"} <= set(
        commands["deploy"]["parameters"]
    )


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_sets_parameters_that_exist_to_values_that_are_allowed(name: str) -> None:
    for parameter, value in _overrides(name).items():
        allowed = [str(each) for each in PARAMETERS[parameter].get("AllowedValues", [value])]
        assert value in allowed


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_decides_whatever_differs_between_environments(name: str) -> None:
    decided = {"Stage", "SchedulesState", "PostingConcurrency", "LogLevel", "LogRetentionDays"}

    assert decided <= set(_overrides(name))


@pytest.mark.parametrize("name", ["sandbox", "production"])
def test_no_cloud_environment_guesses_its_runtime(name: str) -> None:
    assert {"PythonRuntime", "Architecture"} <= set(_overrides(name))


def test_stages_and_stacks_are_never_shared() -> None:
    real = [name for name in ENVIRONMENTS if name != "default"]

    assert len({_overrides(name)["Stage"] for name in real}) == len(real)
    assert len({CONFIG[name]["deploy"]["parameters"]["stack_name"] for name in real}) == len(real)


def test_production_runs_its_schedules_and_protects_its_tables() -> None:
    production = _overrides("production")

    assert production["SchedulesState"] == "ENABLED"
    assert production["DeletionProtection"] == "ENABLED"
    assert production["LogLevel"] == "INFO"


def test_builds_are_not_cached_for_another_target() -> None:
    assert [CONFIG[name]["build"]["parameters"]["cached"] for name in ENVIRONMENTS] == [False] * 4


def test_sage_intacct_is_reached_over_tls_unless_told_otherwise() -> None:
    for name in ("IntacctRestUrl", "IntacctOauthUrl", "IntacctXmlUrl"):
        assert PARAMETERS[name]["Default"].startswith("https://api.intacct.com/ia/")
