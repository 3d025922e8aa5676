"""`sam build` and `sam deploy`: done when needed, explained when they fail."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.stack.build import Build, Target, fingerprint
from local.stack.deploy import Deployment, local_settings
from local.stack.errors import StackError
from local.stack.paths import REPOSITORY, StackPaths, Tools
from tests.unit.stack.conftest import program

TARGET = Target("3.13", "x86_64")
# Writes what it was asked, and a template where it was told to.
SAM_BUILD = """#!/bin/sh
echo "$LAYER_PYTHON $LAYER_ARCHITECTURE $@" >>{root}/asked
while [ "$1" != --build-dir ]; do shift; done
mkdir -p "$2" && echo built >"$2/template.yaml"
"""
SAM_FAILS = """#!/bin/sh
echo 'no such layer'
exit 1
"""


@pytest.fixture
def sources(tools: Tools) -> Path:
    program(tools.root / "template.yaml", "Resources: {}")
    program(tools.root / "layers" / "clients" / "intacct.py", "PORT = 443")
    program(tools.root / "shared" / "settings.py", "STAGE = 1")
    sam = tools.root / ".local" / "sam" / "bin" / "sam"
    program(sam, SAM_BUILD.replace("{root}", str(tools.root)))
    return tools.root


def _asked(root: Path) -> list[str]:
    return (root / "asked").read_text(encoding="utf-8").splitlines()


@pytest.mark.usefixtures("sources")
def test_an_unchanged_tree_is_built_once(paths: StackPaths, tools: Tools) -> None:
    build = Build(paths, tools, TARGET)

    assert [build.make(), build.make(), Build(paths, tools, TARGET).make()] == [True, False, False]
    assert len(_asked(tools.root)) == 1
    assert build.template.read_text(encoding="utf-8") == "built\n"


def test_a_changed_tree_is_built_again(paths: StackPaths, tools: Tools, sources: Path) -> None:
    build = Build(paths, tools, TARGET)
    build.make()

    program(sources / "shared" / "settings.py", "STAGE = 2")

    assert build.make()


@pytest.mark.usefixtures("sources")
def test_layers_are_built_for_what_runs_the_functions(paths: StackPaths, tools: Tools) -> None:
    Build(paths, tools, TARGET).make()

    (asked,) = _asked(tools.root)
    assert asked.startswith("3.13 native build --config-env local")
    assert asked.endswith("PythonRuntime=python3.13 Architecture=x86_64")


def test_layers_built_in_another_way_are_not_taken_from_the_cache(
    paths: StackPaths, tools: Tools, sources: Path
) -> None:
    Build(paths, tools, TARGET).make()
    program(sources / "layers" / "bytecode.mk", "LAYER_PYTHON ?= 3.14")
    Build(paths, tools, TARGET).make()
    Build(paths, tools, Target("3.12", "x86_64")).make()

    caches = [words.split("--cache-dir ")[1].split()[0] for words in _asked(tools.root)]
    assert len(set(caches)) == 3


@pytest.mark.usefixtures("sources")
def test_each_target_has_a_build_of_its_own(paths: StackPaths, tools: Tools) -> None:
    one = Build(paths, tools, TARGET)
    other = Build(paths, tools, Target("3.11", "x86_64"))

    assert one.make()
    assert other.make()
    assert not one.make()


def test_a_build_that_fails_shows_why_and_is_not_taken_for_done(
    paths: StackPaths, tools: Tools, sources: Path
) -> None:
    program(sources / ".local" / "sam" / "bin" / "sam", SAM_FAILS)
    build = Build(paths, tools, TARGET)

    for _ in range(2):
        with pytest.raises(StackError, match=r"(?s)sam build failed .*no such layer"):
            build.make()


def test_a_digest_follows_content_and_names_but_not_byproducts(sources: Path) -> None:
    before = fingerprint(sources, TARGET)

    program(sources / "shared" / "__pycache__" / "settings.cpython-313.pyc", "bytecode")
    assert fingerprint(sources, TARGET) == before

    (sources / "shared" / "settings.py").rename(sources / "shared" / "setting.py")
    assert fingerprint(sources, TARGET) != before


def test_a_digest_depends_on_the_target(sources: Path) -> None:
    assert fingerprint(sources, TARGET) != fingerprint(sources, Target("3.12", "x86_64"))


@pytest.mark.parametrize(
    ("machine", "architecture"),
    [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64")],
)
def test_a_machine_is_known_by_any_of_its_names(machine: str, architecture: str) -> None:
    assert Target.of("3.13", machine).parameters == {
        "PythonRuntime": "python3.13",
        "Architecture": architecture,
    }


def test_a_machine_without_layers_is_refused() -> None:
    with pytest.raises(StackError, match="arm64 and x86_64, not on riscv64"):
        Target.of("3.13", "riscv64")


class _CloudFormation:
    """Answers with the events of a deployment that failed, or with no stack at all."""

    def __init__(self, events: list[dict[str, str]] | None) -> None:
        self.events = events

    def describe_stack_events(self, **_: str) -> dict[str, Any]:
        if self.events is None:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStackEvents")
        return {"StackEvents": self.events}


class _S3:
    """Remembers the buckets that were made."""

    def __init__(self) -> None:
        self.buckets: list[str] = []

    def create_bucket(self, **asked: str) -> None:
        self.buckets.append(asked["Bucket"])


def _deployment(paths: StackPaths, tools: Tools, events: list[dict[str, str]] | None) -> Deployment:
    text = (REPOSITORY / "samconfig.toml").read_text(encoding="utf-8")
    program(tools.root / "samconfig.toml", text)
    cloudformation: Any = _CloudFormation(events)
    s3: Any = _S3()
    return Deployment(paths, tools, cloudformation=cloudformation, s3=s3)


def test_what_the_stack_knows_goes_above_the_local_environments_parameters(
    paths: StackPaths, tools: Tools
) -> None:
    program(
        tools.root / ".local" / "sam" / "bin" / "sam",
        f'#!/bin/sh\necho "$AWS_ENDPOINT_URL $@" >{tools.root}/asked\n',
    )
    deployment = _deployment(paths, tools, None)

    deployment.make(
        tools.root / "built.yaml",
        "http://127.0.0.1:4",
        {"Stage": "other", "IntacctRestUrl": "http://127.0.0.1:5/ia/api/v1"},
    )

    (asked,) = _asked(tools.root)
    address, _, command = asked.partition(" ")
    assert address == "http://127.0.0.1:4"
    assert command.startswith("deploy --config-env local")
    words = command.split()
    assert {"Stage=other", "SchedulesState=ENABLED", "DeletionProtection=DISABLED"} <= set(words)
    assert "IntacctRestUrl=http://127.0.0.1:5/ia/api/v1" in words
    assert "Stage=local" not in words


def test_a_deployment_that_fails_shows_the_reason_of_each_resource(
    paths: StackPaths, tools: Tools
) -> None:
    program(tools.root / ".local" / "sam" / "bin" / "sam", SAM_FAILS)
    events = [
        {"LogicalResourceId": "Stack", "ResourceStatus": "CREATE_FAILED"},
        {
            "LogicalResourceId": "LedgerTable",
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "no such key",
        },
        {"LogicalResourceId": "DataKey", "ResourceStatus": "CREATE_COMPLETE"},
    ]

    with pytest.raises(StackError) as caught:
        _deployment(paths, tools, events).make(tools.root / "built.yaml", "http://127.0.0.1:4", {})

    assert str(caught.value).splitlines()[1:] == ["LedgerTable: no such key", "Stack: "]


def test_a_deployment_that_fails_before_there_is_a_stack_shows_its_log(
    paths: StackPaths, tools: Tools
) -> None:
    program(tools.root / ".local" / "sam" / "bin" / "sam", SAM_FAILS)

    with pytest.raises(StackError, match=r"(?s)sam deploy failed .*no such layer"):
        _deployment(paths, tools, None).make(tools.root / "built.yaml", "http://127.0.0.1:4", {})


def test_the_local_environment_is_that_of_samconfig() -> None:
    with (REPOSITORY / "samconfig.toml").open("rb") as file:
        written = tomllib.load(file)["local"]["deploy"]["parameters"]

    assert local_settings(REPOSITORY) == written
