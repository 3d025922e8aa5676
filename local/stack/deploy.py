"""`sam deploy` into the embedded AWS, and what the deployment then says of itself."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.stack import environment, processes
from local.stack.errors import StackError
from local.stack.paths import StackPaths, Tools

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

ENVIRONMENT = "local"
_ARTIFACTS_BUCKET = "cartledger-artifacts"


class Deployment:
    """The template on one embedded AWS."""

    def __init__(
        self, paths: StackPaths, tools: Tools, *, cloudformation: CloudFormationClient, s3: S3Client
    ) -> None:
        """The clients reach the embedded AWS."""
        self._tools = tools
        self._cloudformation = cloudformation
        self._s3 = s3
        self._settings = local_settings(tools.root)
        self._log = paths.logs / "sam-deploy.log"

    @property
    def stack_name(self) -> str:
        """The CloudFormation stack's name."""
        return str(self._settings["stack_name"])

    def make(self, template: Path, endpoint_url: str, parameters: Mapping[str, str]) -> None:
        """Deploy a built template, with the local environment's parameters and these above them.

        Raises:
            StackError: it failed; the message shows the reason of each resource that did.
        """
        self._s3.create_bucket(Bucket=_ARTIFACTS_BUCKET)
        merged = dict(_pair(text) for text in self._settings["parameter_overrides"])
        merged.update(parameters)
        command: list[str | Path] = [
            *(self._tools.sam, "deploy", "--config-env", ENVIRONMENT),
            *("--config-file", self._tools.root / "samconfig.toml", "--template-file", template),
            *("--s3-bucket", _ARTIFACTS_BUCKET, "--no-progressbar"),
            *("--parameter-overrides", *(f"{name}={value}" for name, value in merged.items())),
        ]
        failed = processes.run(
            "sam deploy",
            command,
            log=self._log,
            env=environment.for_aws(endpoint_url) | {"SAM_CLI_TELEMETRY": "0"},
            cwd=self._tools.root,
        )
        if failed:
            why = "\n".join(self._reasons()) or processes.tail(self._log)
            message = f"sam deploy failed (all of it in {self._log}):\n{why}"
            raise StackError(message)

    def outputs(self) -> dict[str, str]:
        """The stack's outputs by name."""
        stack = self._cloudformation.describe_stacks(StackName=self.stack_name)["Stacks"][0]
        return {
            output["OutputKey"]: output["OutputValue"]
            for output in stack.get("Outputs", [])
            if "OutputKey" in output and "OutputValue" in output
        }

    def physical_ids(self, resource_type: str) -> dict[str, str]:
        """The physical names of all resources of a type, by logical id."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=self.stack_name
        )
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == resource_type and "PhysicalResourceId" in resource
        }

    def _reasons(self) -> list[str]:
        try:
            answer = self._cloudformation.describe_stack_events(StackName=self.stack_name)
        except ClientError:
            return []  # the deployment failed before there was a stack
        return [
            f"{event.get('LogicalResourceId', '?')}: {event.get('ResourceStatusReason', '')}"
            for event in reversed(answer["StackEvents"])
            if event.get("ResourceStatus", "").endswith("_FAILED")
        ]


def local_settings(root: Path) -> dict[str, str | list[str]]:
    """What `samconfig.toml` says of deploying to the local environment."""
    with (root / "samconfig.toml").open("rb") as file:
        settings: dict[str, str | list[str]] = tomllib.load(file)[ENVIRONMENT]["deploy"][
            "parameters"
        ]
    return settings


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value
