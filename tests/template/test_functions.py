"""Functions: each has its log, its trace, its variables and no more, and no build of its own."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import shared
from intacct.limits import TIERS, Tier
from shared.settings import Settings
from tests.template.reading import (
    alarms_on,
    code_of,
    functions,
    properties,
    resources,
    settings_read_by,
    target,
    template,
)

FUNCTIONS = functions()
JOBS = {
    "webhook_intake",
    "sage_events",
    "amazon_events",
    "cart_poller",
    "customer_sync",
    "customer_watch",
    "item_sync",
    "inventory_sync",
    "intacct_poller",
    "order_posting",
    "gl_export",
    "payout_sync",
    "reconciliation",
    "token_refresh",
    "session_manager",
    "sweeper",
    "dead_letters",
    "dlq_redrive",
}
LONGEST_LAMBDA_SECONDS = 900


def _settings_classes() -> dict[str, type[Settings]]:
    for module in pkgutil.walk_packages(shared.__path__, "shared."):
        importlib.import_module(module.name)
    waiting = [Settings]
    found: dict[str, type[Settings]] = {}
    while waiting:
        for child in waiting.pop().__subclasses__():
            found[child.__name__] = child
            waiting.append(child)
    return found


SETTINGS = _settings_classes()


def _variables(name: str) -> set[str]:
    variables = FUNCTIONS[name]["Environment"]["Variables"]
    return {each for each in variables if not each.startswith("POWERTOOLS_")}


def test_every_job_is_deployed() -> None:
    assert {function["CodeUri"] for function in FUNCTIONS.values()} == {
        f"functions/{job}/" for job in JOBS
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_named_for_its_job(name: str) -> None:
    job = str(FUNCTIONS[name]["CodeUri"]).split("/")[1]

    assert name == "".join(word.title() for word in job.split("_")) + "Function"
    assert FUNCTIONS[name]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == job


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_code_with_a_handler(name: str) -> None:
    assert FUNCTIONS[name]["Handler"] == "app.handler"
    assert "def handler(" in code_of(FUNCTIONS[name]).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_the_variables_that_it_reads_and_no_others(name: str) -> None:
    read = settings_read_by(code_of(FUNCTIONS[name]))
    needed = {field for each in read for field in SETTINGS[each].model_fields}

    assert _variables(name) == needed


def test_no_variable_is_set_that_no_settings_know_and_none_is_forgotten() -> None:
    known = {field for each in SETTINGS.values() for field in each.model_fields}

    assert set().union(*(_variables(name) for name in FUNCTIONS)) == known


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_variable_holds_a_secret(name: str) -> None:
    words = ("SECRET", "PASSWORD", "TOKEN", "CREDENTIAL")
    variables = FUNCTIONS[name]["Environment"]["Variables"]

    suspects = [each for each in variables if any(word in each for word in words)]

    assert [each for each in suspects if not each.endswith("_SECRET_PREFIX")] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_json_into_a_log_of_its_own_that_forgets(name: str) -> None:
    logging = FUNCTIONS[name]["LoggingConfig"]
    group = target(logging["LogGroup"])

    assert logging["LogFormat"] == "JSON"
    assert group == name.removesuffix("Function") + "LogGroup"
    assert "RetentionInDays" in properties("AWS::Logs::LogGroup")[group]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_traced_and_has_limits(name: str) -> None:
    function = FUNCTIONS[name]

    assert function["Tracing"] == "Active"
    assert 1 <= function["Timeout"] <= LONGEST_LAMBDA_SECONDS
    assert function["MemorySize"] <= 1024


def test_posting_has_the_time_of_the_reliability_reference() -> None:
    assert FUNCTIONS["OrderPostingFunction"]["Timeout"] == 75


def test_all_that_calls_sage_at_once_stays_below_what_one_application_may() -> None:
    """Customer sync and posting have as many batches each; schedules run one at a time."""
    most = template()["Parameters"]["PostingConcurrency"]["MaxValue"]

    scheduled = sum("INTACCT_REST_URL" in _variables(name) for name in FUNCTIONS) - 2
    assert 2 * most + scheduled <= TIERS[Tier.APPLICATION].concurrent_per_application


def test_intake_answers_before_a_cart_gives_up() -> None:
    assert FUNCTIONS["WebhookIntakeFunction"]["Timeout"] <= 10
    assert FUNCTIONS["SageEventsFunction"]["Timeout"] <= 10


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_needs_no_interpreter_to_be_built(name: str) -> None:
    resource = resources("AWS::Serverless::Function")[name]

    assert resource["Metadata"] == {"SkipBuild": True}
    assert not list(code_of(FUNCTIONS[name]).parent.glob("requirements*"))


def test_runtime_and_processor_are_parameters_with_the_cloud_as_default() -> None:
    parameters = template()["Parameters"]

    assert parameters["PythonRuntime"]["Default"] == "python3.13"
    assert parameters["Architecture"]["Default"] == "arm64"
    for function in FUNCTIONS.values():
        assert function["Runtime"] == {"Ref": "PythonRuntime"}
        assert function["Architectures"] == [{"Ref": "Architecture"}]


def test_layers_are_built_by_their_makefiles_and_used_by_all() -> None:
    layers = resources("AWS::Serverless::LayerVersion")

    assert list(layers) == ["DependenciesLayer", "ClientsLayer", "SharedLayer"]
    assert all(layer["Metadata"]["BuildMethod"] == "makefile" for layer in layers.values())
    for function in FUNCTIONS.values():
        assert [target(layer) for layer in function["Layers"]] == list(layers)


def test_a_function_that_fails_or_stops_is_noticed() -> None:
    assert alarms_on("WebhookIntakeFunction", "Errors")
    assert alarms_on("SageEventsFunction", "Errors")
    assert alarms_on("OrderPostingFunction", "Throttles")
    (stopped,) = alarms_on("SweeperFunction", "Invocations")
    assert stopped["Period"] * stopped["EvaluationPeriods"] == 180
    assert stopped["TreatMissingData"] == "breaching"
