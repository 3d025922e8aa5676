"""Custom objects and user-defined dimensions by configuration, as public REST clients use them."""

from __future__ import annotations

import httpx
import pytest

from tests.unit.simulator.rest_desk import Json, Rest, journal, journal_line

CHANNEL = "platform-apps/nsp::channel"
ENTRY = "general-ledger/journal-entry"


@pytest.fixture(autouse=True)
def seeded(client: httpx.Client) -> None:
    made = {"name": "channel", "label": "Channel", "is_dimension": True, "fields": ["code"]}
    gift = {"name": "gift_note", "fields": ["text"]}
    answer = client.post("/_sim/seed", json={"custom_objects": [made, gift]})
    assert answer.json()["added"] == {**answer.json()["added"], "custom_objects": 2}


def entry(channel: Json) -> Json:
    lines = [journal_line("debit", "6100", "5.00"), journal_line("credit", "2000", "5.00")]
    lines[0]["dimensions"] = {**lines[0]["dimensions"], "nsp::channel": channel}
    return journal(lines)


def test_a_user_defined_dimension_is_listed_with_an_endpoint_that_counts(rest: Rest) -> None:
    rest.create(CHANNEL, {"name": "Web", "code": "W"})

    listed = rest.send("GET", "/services/company-config/dimensions/list").json()["ia::result"]
    own = [row for row in listed if row["isUserDefinedDimension"]]

    assert [row["dimensionName"] for row in own] == ["CHANNEL"]
    asked = own[0]["dimensionEndpoint"].split("::")[1]
    assert rest.query(f"platform-apps/nsp::{asked}", ["id", "name", "code"]) == [
        {"id": "1", "name": "Web", "code": "W"}
    ]


def test_a_custom_record_is_made_read_changed_and_deleted(rest: Rest) -> None:
    key = rest.create(CHANNEL, {"name": "Web"})
    rest.patch(CHANNEL, key, {"name": "Shop"})

    made = rest.get(CHANNEL, key)

    assert (made["key"], made["id"], made["name"], made["code"]) == (key, key, "Shop", None)
    assert made["href"] == "/objects/platform-apps/nsp::channel/1"
    rest.send("DELETE", f"/objects/{CHANNEL}/{key}", expect=204)
    rest.send("GET", f"/objects/{CHANNEL}/{key}", expect=404)


def test_records_of_one_custom_object_are_not_those_of_another(rest: Rest) -> None:
    rest.create(CHANNEL, {"name": "Web"})
    note = rest.create("platform-apps/nsp::gift_note", {"name": "A note", "text": "Hello"})

    assert len(rest.query("platform-apps/nsp::gift_note", ["name"])) == 1
    rest.send("GET", f"/objects/{CHANNEL}/{note}", expect=404)
    rest.send("GET", "/objects/platform-apps/nsp::other", expect=404)


def test_a_line_carries_a_user_defined_dimension(rest: Rest) -> None:
    channel = rest.create(CHANNEL, {"name": "Web"})

    key = rest.create(ENTRY, entry({"key": channel}))

    line = rest.get(ENTRY, key)["lines"][0]
    assert line["dimensions"]["nsp::channel"]["name"] == "Web"
    fields = ["lineNumber", "dimensions.nsp::channel.id"]
    rows = rest.query(f"{ENTRY}-line", fields, filters=[{"$eq": {fields[1]: channel}}])
    assert rows == [{"lineNumber": 1, "dimensions.nsp::channel.id": channel}]
    rest.send("DELETE", f"/objects/{CHANNEL}/{channel}", expect=422)


def test_a_user_defined_dimension_without_a_value_is_none(rest: Rest) -> None:
    key = rest.create(ENTRY, entry({"key": None}))

    line = rest.get(ENTRY, key)["lines"][0]
    assert line["dimensions"]["nsp::channel"] == {"key": None, "id": None, "name": None}


def test_a_value_that_does_not_exist_is_refused(rest: Rest) -> None:
    note = rest.create("platform-apps/nsp::gift_note", {"name": "A note"})

    for wrong in ({"key": "99"}, {"key": note}, {"key": "web"}):
        refused = rest.refused(ENTRY, entry(wrong), 400)
        assert refused["details"][0]["target"] == "/lines/0/dimensions/nsp::channel"
    other = entry({"key": None})
    other["lines"][0]["dimensions"]["nsp::gift_note"] = {"key": note}
    assert rest.refused(ENTRY, other, 400)["details"][0]["errorId"] == "REST-1043"


def test_the_model_of_a_custom_object_names_its_fields(rest: Rest) -> None:
    answer = rest.send("GET", "/services/core/model?name=platform-apps/nsp::channel", expect=200)

    assert {"key", "id", "name", "code"} <= set(answer.json()["ia::result"]["fields"])
