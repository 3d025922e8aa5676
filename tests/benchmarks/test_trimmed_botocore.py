"""What the dependencies layer's build leaves of botocore's data still makes whole clients."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.loaders import Loader
from botocore.stub import Stubber

from tests.benchmarks.deployment import REPOSITORY

_DATA = Path(botocore.__file__).parent / "data"
_SCRIPT = REPOSITORY / "layers" / "dependencies" / "trim_botocore.py"
_SERVICES = ("dynamodb", "kms", "s3", "secretsmanager", "sqs", "sts")


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    for service in _SERVICES:
        shutil.copytree(_DATA / service, data / service)
    for file in _DATA.glob("*.json"):
        shutil.copy(file, data)
    runpy.run_path(str(_SCRIPT))["main"](data, frozenset(_SERVICES))
    return data


def _client(service: str, data: Path, region: str) -> Any:
    session = botocore.session.Session()
    loader = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    return session.create_client(
        service, region_name=region, aws_access_key_id="x", aws_secret_access_key="x"
    )


def _shapes(client: Any) -> dict[str, Any]:
    model = client.meta.service_model
    return {
        name: (operation.http, operation.input_shape, operation.output_shape)
        for name in model.operation_names
        for operation in [model.operation_model(name)]
    }


def _members(shapes: dict[str, Any]) -> dict[str, list[list[str]]]:
    return {
        name: [sorted(shape.members) for shape in (given, got) if shape is not None]
        for name, (_, given, got) in shapes.items()
    }


@pytest.mark.parametrize("service", _SERVICES)
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1"])
def test_a_client_keeps_its_operations_members_and_endpoint(
    service: str, region: str, trimmed: Path
) -> None:
    whole, small = _client(service, _DATA, region), _client(service, trimmed, region)

    assert small.meta.endpoint_url == whole.meta.endpoint_url
    assert _members(_shapes(small)) == _members(_shapes(whole))
    assert {k: v[0] for k, v in _shapes(small).items()} == {
        k: v[0] for k, v in _shapes(whole).items()
    }


_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": {"S": "a"}}}),
    "kms": ("encrypt", {"KeyId": "k", "Plaintext": b"x"}),
    "s3": ("put_object", {"Bucket": "bucket-1", "Key": "k", "Body": b"x", "IfNoneMatch": "*"}),
    "secretsmanager": ("get_secret_value", {"SecretId": "s"}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.invalid/1/q", "MessageBody": "m"}),
    "sts": ("get_caller_identity", {}),
}


@pytest.mark.parametrize("service", _SERVICES)
def test_a_client_finds_its_endpoint_and_makes_a_call(service: str, trimmed: Path) -> None:
    """Emptied texts are not enough of a promise: S3's endpoint rules insist on some of them."""
    client = _client(service, trimmed, "us-east-1")
    operation, arguments = _CALLS[service]

    with Stubber(client) as stubber:
        stubber.add_response(operation, {})
        getattr(client, operation)(**arguments)

    stubber.assert_no_pending_responses()


def test_texts_examples_and_other_services_are_gone(trimmed: Path) -> None:
    def size(data: Path) -> int:
        files = [file for s in _SERVICES for file in (data / s).rglob("*") if file.is_file()]
        return sum(file.stat().st_size for file in (*files, data / "endpoints.json"))

    assert size(trimmed) * 4 < size(_DATA)
    assert not list(trimmed.rglob("examples-1.json"))
