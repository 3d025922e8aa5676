"""The model service as clients use it that learn the objects of a company from it (§9.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from local.intacct_simulator.rest.schema import SCHEMAS
from tests.unit.simulator.rest_desk import Rest

MODEL = "/services/core/model"


def models(rest: Rest, **query: str) -> list[dict[str, Any]]:
    answer = rest.send("GET", f"{MODEL}?{urlencode(query)}", expect=200).json()
    assert answer["ia::meta"]["totalCount"] == len(answer["ia::result"])
    found: list[dict[str, Any]] = answer["ia::result"]
    return found


def test_without_a_name_every_resource_is_listed_with_its_kind_and_verbs(rest: Rest) -> None:
    answer = rest.send("GET", MODEL, expect=200).json()["ia::result"]

    listed = {one["apiObject"]: one for one in answer}
    assert {f"objects/{name}" for name in SCHEMAS} < set(listed)
    assert listed["objects/accounts-receivable/invoice"] == {
        "apiObject": "objects/accounts-receivable/invoice",
        "type": "rootObject",
        "httpMethods": "OPTIONS,GET,POST,PATCH,DELETE",
        "idempotenceSupported": True,
        "href": "/services/core/model?version=v1&name=objects/accounts-receivable/invoice",
    }
    assert listed["objects/accounts-receivable/invoice-line"]["type"] == "ownedObject"
    assert listed["objects/order-entry/document"]["httpMethods"] == "OPTIONS,GET"
    assert listed["services/core/query"]["httpMethods"] == "OPTIONS,POST"
    assert listed["workflows/accounts-receivable/invoice/reverse"]["type"] == "workflow"


def test_a_model_is_found_at_its_own_address(rest: Rest) -> None:
    (short,) = models(rest, filter="receivable/term$")

    whole = rest.send("GET", short["href"], expect=200).json()["ia::result"]

    assert {**whole, **short} == whole
    assert whole["fields"]["id"]


def test_a_list_of_objects_can_be_narrowed_and_whole(rest: Rest) -> None:
    owned = models(rest, type="ownedObject")
    kinds = {one["type"] for one in models(rest, type="object")}
    named = models(rest, type="object", filter=r"receivable\/cust", schema="true")
    workflows = models(rest, type="workflow", filter="journal")
    started = models(rest, type="object", filter="^accounts-receivable/term$")

    assert {one["type"] for one in owned} == {"ownedObject"}
    assert kinds == {"rootObject", "ownedObject"}
    assert "objects/accounts-receivable/customer" in {one["apiObject"] for one in named}
    assert all(one["apiObject"].startswith("objects/accounts-receivable/cust") for one in named)
    assert all(one["fields"]["key"]["readOnly"] for one in named)
    assert workflows == []
    assert [one["apiObject"] for one in started] == ["objects/accounts-receivable/term"]
    rest.send("GET", f"{MODEL}?filter=%28", expect=400)


def test_own_objects_of_the_company_are_listed(rest: Rest) -> None:
    seed = {"custom_objects": [{"name": "channel", "is_dimension": True, "fields": ["code"]}]}
    assert rest.http.post("/_sim/seed", json=seed).is_success

    (own,) = models(rest, filter="nsp::")

    assert own["apiObject"] == "objects/platform-apps/nsp::channel"


def test_fields_of_a_reference_tell_what_may_be_written(rest: Rest) -> None:
    model = rest.send("GET", f"{MODEL}?name=accounts-receivable%2Fcustomer", expect=200)

    fields = model.json()["ia::result"]["refs"]["parent"]["fields"]
    assert [(name, fields[name]["readOnly"]) for name in ("key", "id", "name", "href")] == [
        ("key", False),
        ("id", False),
        ("name", True),
        ("href", True),
    ]
    assert set(fields["id"]) == {"type", "readOnly", "writeOnly", "mutable", "nullable", "required"}


def test_every_field_that_the_model_names_can_be_asked_for(rest: Rest) -> None:
    shown = 0
    for model in models(rest, type="object", schema="true"):
        fields = list(model["fields"])

        rows = rest.query(model["apiObject"], fields, size=1)

        assert all(list(row) == fields for row in rows)
        shown += len(rows)
    assert shown > 10
