"""The in-memory tables keep the semantics of DynamoDB, as far as moto has them right.

moto is asked one call at a time, where it is correct (reliability §10). What it has wrong or not
at all stands below as tests of the model alone: transaction tokens, the lag of an index.
"""

from __future__ import annotations

from typing import Any, Protocol

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ledger.states import CONDITIONS
from tests.contract.ledger_rig import make_table
from tests.simulation.expressions import ExpressionError, condition
from tests.simulation.tables import Tables

pytestmark = pytest.mark.usefixtures("aws")

KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}


class Client(Protocol):
    """The part of the DynamoDB client that the product calls."""

    def get_item(self, **request: Any) -> Any: ...
    def put_item(self, **request: Any) -> Any: ...
    def update_item(self, **request: Any) -> Any: ...
    def query(self, **request: Any) -> Any: ...
    def transact_write_items(self, **request: Any) -> Any: ...


class ModelClient:
    """The model behind the client's methods, without faults."""

    def __init__(self) -> None:
        self.now = 0.0
        self.tables = Tables(lambda: self.now)

    def get_item(self, **request: Any) -> Any:
        return self.tables.get_item(request)

    def put_item(self, **request: Any) -> Any:
        return self.tables.put_item(request)

    def update_item(self, **request: Any) -> Any:
        return self.tables.update_item(request)

    def query(self, **request: Any) -> Any:
        return self.tables.query(request)

    def transact_write_items(self, **request: Any) -> Any:
        return self.tables.transact_write_items(request)


def moto_client() -> Any:
    client = boto3.client("dynamodb", region_name="eu-central-1")
    make_table(client, "t")
    return client


@pytest.fixture(params=[ModelClient, moto_client], ids=["model", "moto"])
def client(request: pytest.FixtureRequest) -> Client:
    made: Client = request.param()
    return made


def put(client: Client, sort_key: str = "s", **members: Any) -> Any:
    return client.put_item(TableName="t", Item={**KEY, "sk": {"S": sort_key}, **members})


def item(client: Client, sort_key: str = "s") -> Any:
    answer = client.get_item(TableName="t", Key={**KEY, "sk": {"S": sort_key}}, ConsistentRead=True)
    return answer.get("Item")


def update(client: Client, change: str, values: Any = None, wanted: str = "", **more: Any) -> Any:
    request: dict[str, Any] = {"TableName": "t", "Key": KEY, "UpdateExpression": change, **more}
    if values:
        request["ExpressionAttributeValues"] = values
    if wanted:
        request["ConditionExpression"] = wanted
    return client.update_item(**request)


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, Any]:
    response: dict[str, Any] = dict(error.value.response)
    return response["Error"]["Code"], response.get("Item")


def test_an_item_is_put_only_where_there_is_none(client: Client) -> None:
    put(client, st={"S": "READY"})

    with pytest.raises(ClientError) as error:
        client.put_item(
            TableName="t",
            Item={**KEY, "st": {"S": "SENT"}},
            ConditionExpression="attribute_not_exists(st)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    kept = {**KEY, "st": {"S": "READY"}}
    assert refusal(error) == ("ConditionalCheckFailedException", kept)
    assert item(client) == kept


def test_an_update_whose_condition_fails_changes_nothing(client: Client) -> None:
    put(client, st={"S": "DONE"}, fence={"N": "3"})

    with pytest.raises(ClientError) as error:
        update(client, "SET st = :x", {":x": {"S": "SENT"}, ":f": {"N": "2"}}, "fence = :f")

    assert refusal(error)[0] == "ConditionalCheckFailedException"
    assert item(client)["st"] == {"S": "DONE"}


def test_an_update_of_an_absent_item_makes_it(client: Client) -> None:
    answer = update(
        client,
        "SET #s = :open, seen = if_not_exists(seen, :at) ADD times :one",
        {":open": {"S": "open"}, ":at": {"S": "now"}, ":one": {"N": "1"}},
        ExpressionAttributeNames={"#s": "status"},
        ReturnValues="ALL_NEW",
    )

    expected = {**KEY, "status": {"S": "open"}, "seen": {"S": "now"}, "times": {"N": "1"}}
    assert answer["Attributes"] == expected


def test_an_update_can_answer_with_what_it_replaced(client: Client) -> None:
    put(client, tat={"N": "7"}, other={"S": "x"})

    answer = update(
        client, "SET tat = tat + :step", {":step": {"N": "5"}}, ReturnValues="UPDATED_OLD"
    )

    assert answer["Attributes"] == {"tat": {"N": "7"}}
    assert item(client)["tat"] == {"N": "12"}


def test_first_values_stay_counters_count_and_lists_grow(client: Client) -> None:
    put(client, seen={"S": "then"}, times={"N": "2"}, hist={"L": [{"S": "a"}]}, gone={"S": "x"})

    update(
        client,
        "SET seen = if_not_exists(seen, :at), hist = list_append(hist, :h) "
        "REMOVE gone, never ADD times :one",
        {":at": {"S": "now"}, ":h": {"L": [{"S": "b"}]}, ":one": {"N": "1"}},
    )

    assert item(client) == {
        **KEY,
        "seen": {"S": "then"},
        "times": {"N": "3"},
        "hist": {"L": [{"S": "a"}, {"S": "b"}]},
    }


def transaction(*writes: tuple[str, str]) -> list[Any]:
    """Puts of the sort keys, under the conditions given."""
    return [
        {
            "Put": {
                "TableName": "t",
                "Item": {**KEY, "sk": {"S": sort_key}, "st": {"S": "NEW"}},
                "ConditionExpression": wanted,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        for sort_key, wanted in writes
    ]


def test_a_transaction_happens_whole(client: Client) -> None:
    client.transact_write_items(
        TransactItems=transaction(
            ("a", "attribute_not_exists(st)"), ("b", "attribute_not_exists(st)")
        )
    )

    assert item(client, "a")["st"] == item(client, "b")["st"] == {"S": "NEW"}


def test_a_transaction_with_one_failing_condition_does_nothing(client: Client) -> None:
    put(client, "b", st={"S": "OLD"})

    with pytest.raises(ClientError) as error:
        client.transact_write_items(
            TransactItems=transaction(
                ("a", "attribute_not_exists(st)"), ("b", "attribute_not_exists(st)")
            )
        )

    response: dict[str, Any] = dict(error.value.response)
    assert response["Error"]["Code"] == "TransactionCanceledException"
    codes = [reason["Code"] for reason in response["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"]
    assert response["CancellationReasons"][1]["Item"]["st"] == {"S": "OLD"}
    assert item(client, "a") is None
    assert item(client, "b")["st"] == {"S": "OLD"}


def names(answer: Any) -> list[str]:
    return [one["sk"]["S"] for one in answer["Items"]]


def test_a_partition_is_read_in_the_order_of_its_sort_keys(client: Client) -> None:
    for sort_key in ("EVENT#b", "BATCH#1", "EVENT#a"):
        put(client, sort_key)

    every = client.query(
        TableName="t",
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "p"}},
    )
    events = client.query(
        TableName="t",
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={":pk": {"S": "p"}, ":prefix": {"S": "EVENT#"}},
    )

    assert names(every) == ["BATCH#1", "EVENT#a", "EVENT#b"]
    assert names(events) == ["EVENT#a", "EVENT#b"]


def test_the_sparse_index_lists_what_is_due_the_oldest_first(client: Client) -> None:
    put(client, "late", due_shard={"S": "1"}, due_at={"N": "300"})
    put(client, "first", due_shard={"S": "1"}, due_at={"N": "90"})
    put(client, "second", due_shard={"S": "1"}, due_at={"N": "100"})
    put(client, "other", due_shard={"S": "2"}, due_at={"N": "10"})
    put(client, "done")

    def due(**more: Any) -> list[str]:
        return names(
            client.query(
                TableName="t",
                IndexName="due-index",
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues={":shard": {"S": "1"}, ":now": {"N": "200"}},
                **more,
            )
        )

    assert due() == ["first", "second"]
    assert due(Limit=1) == ["first"]


STATES = st.sampled_from(["READY", "SENT", "DONE", "REFUSED", "REVIEW"])
SMALL = st.integers(min_value=0, max_value=3)
OWNERS = st.sampled_from(["a", "b"])
STEPS = st.tuples(st.sampled_from(sorted(CONDITIONS.values())), STATES, SMALL, OWNERS, SMALL)


def attempt(client: Client, step: tuple[str, str, int, str, int]) -> Any:
    """One write under one of the ledger's own conditions; what became of it."""
    wanted, state, fence, owner, now = step
    known = {
        ":f": {"N": str(fence)},
        ":me": {"S": owner},
        ":now": {"N": str(now)},
        **{f":{name.lower()}": {"S": name} for name in ("READY", "SENT", "REFUSED", "REVIEW")},
    }
    values = {name: value for name, value in known.items() if name in wanted.split()}
    values |= {name: known[name] for name in (":refused", ":review") if name in wanted}
    values |= {":to": {"S": state}, ":next": {"N": str(fence)}, ":own": {"S": owner}}
    values |= {":at": {"N": str(now)}}
    change = "SET st = :to, fence = :next, own = :own, lease = :at, due_at = :at"
    try:
        answer = update(client, change, values, wanted, ReturnValues="ALL_NEW")
    except ClientError as error:
        return error.response["Error"]["Code"]
    return answer["Attributes"]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_model_and_moto_agree_on_any_program_of_the_ledgers_writes(
    steps: list[tuple[str, str, int, str, int]],
) -> None:
    model, moto = ModelClient(), moto_client()
    try:
        for step in steps:
            assert attempt(model, step) == attempt(moto, step)

        assert item(model) == item(moto)
    finally:
        moto.delete_table(TableName="t")


def test_a_repeated_token_answers_as_the_first_time() -> None:
    client = ModelClient()
    writes = transaction(("a", "attribute_not_exists(st)"))

    client.transact_write_items(TransactItems=writes, ClientRequestToken="t1")
    client.transact_write_items(TransactItems=writes, ClientRequestToken="t1")
    client.now = 601.0

    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=writes, ClientRequestToken="t1")


def test_the_index_lags_and_the_table_does_not() -> None:
    client = ModelClient()
    client.tables.index_lag = 2.0
    put(client, due_shard={"S": "1"}, due_at={"N": "1"})
    values = {":shard": {"S": "1"}, ":now": {"N": "9"}}
    request = {"TableName": "t", "IndexName": "due-index", "ExpressionAttributeValues": values}

    early = client.query(**request)
    client.now = 2.5
    later = client.query(**request)

    assert item(client) is not None
    assert (names(early), names(later)) == ([], ["s"])


@pytest.mark.parametrize("text", ["size(a) > :b", "a == :b", "a = :b nonsense", "contains(a, :b)"])
def test_an_expression_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        condition(text)
