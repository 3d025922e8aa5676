"""Where a command works: a deployed stack of AWS, or the local stack of this machine."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.errors import OpsError

_CONFIG = Config(
    connect_timeout=5, read_timeout=150, retries={"mode": "standard", "total_max_attempts": 3}
)


class Place(Protocol):
    """A deployment that can be asked and changed."""

    @property
    def name(self) -> str:
        """What the person called it: `aws:cartledger-production`."""
        ...

    @property
    def has_metrics(self) -> bool:
        """Whether CloudWatch knows the age of what is queued."""
        ...

    def output(self, name: str) -> str:
        """An output of the deployment, by its name in `template.yaml`.

        Raises:
            OpsError: the deployment has no such output.
        """
        ...

    def client(self, service: str) -> Any:
        """A boto3 client of that service."""
        ...

    def operator(self) -> str:
        """Who is at work here, for the audit records.

        Raises:
            OpsError: the credentials are missing or refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class AwsPlace:
    """A CloudFormation stack, reached with the caller's own AWS configuration."""

    stack: str
    outputs: Mapping[str, str]
    has_metrics: bool = True
    clients: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """`aws:<stack name>`."""
        return f"aws:{self.stack}"

    def output(self, name: str) -> str:
        """An output of the stack.

        Raises:
            OpsError: the stack has no such output.
        """
        return _output(self.outputs, name, self.name)

    def client(self, service: str) -> Any:
        """A boto3 client of that service, one per command."""
        if service not in self.clients:
            self.clients[service] = _aws_client(service)
        return self.clients[service]

    def operator(self) -> str:
        """The name that AWS knows the caller by: the ARN behind the account number.

        Raises:
            OpsError: the credentials are missing or refused.
        """
        try:
            arn = self.client("sts").get_caller_identity()["Arn"]
        except (ClientError, BotoCoreError) as exc:
            message = "AWS does not say who you are; look at your AWS profile"
            raise OpsError(message) from exc
        return str(arn).split(":", 5)[-1]


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """The local stack that `make up` or `make run` has left running."""

    stack: Any
    label: str
    has_metrics: bool = False

    @property
    def name(self) -> str:
        """`local:<name of the stack>`."""
        return f"local:{self.label}"

    def output(self, name: str) -> str:
        """An output of the local deployment.

        Raises:
            OpsError: it has no such output.
        """
        return _output(self.stack.outputs, name, self.name)

    def client(self, service: str) -> Any:
        """A client of the embedded AWS."""
        return self.stack.client(service)

    def operator(self) -> str:
        """The user of this machine."""
        return f"local/{getpass.getuser()}"


def open_place(profile: str) -> Place:
    """The place that a profile names: `local`, `local:<name>` or `aws:<stack name>`.

    Raises:
        OpsError: the profile names nothing that is there.
    """
    kind, _, name = profile.partition(":")
    if kind == "local":
        return _local(name or "demo")
    if kind == "aws" and name:
        return _aws(name)
    message = f"{profile!r} is no profile: say local, local:<name> or aws:<stack name>"
    raise OpsError(message)


def _local(name: str) -> LocalPlace:
    from local.stack import LocalStack, StackError  # noqa: PLC0415  # of no use on AWS

    try:
        return LocalPlace(LocalStack.attach(name), name)
    except StackError as exc:
        message = f"{exc}; `make up` starts one"
        raise OpsError(message) from exc


def _aws(name: str) -> AwsPlace:
    try:
        stacks = _aws_client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except (ClientError, BotoCoreError) as exc:
        message = f"the stack {name!r} cannot be read in your AWS account and region: {exc}"
        raise OpsError(message) from exc
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stacks[0].get("Outputs", [])}
    return AwsPlace(name, outputs)


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session()


def _aws_client(service: str) -> Any:
    return _session().client(service, config=_CONFIG)  # type: ignore[call-overload]  # one of many services


def _output(outputs: Mapping[str, str], name: str, place: str) -> str:
    if name in outputs:
        return outputs[name]
    message = f"{place} has no output {name}: deploy the current template first"
    raise OpsError(message)
