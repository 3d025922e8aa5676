"""What is kept: restorable, encrypted, kept when the stack goes, and never expiring by itself."""

from __future__ import annotations

import pytest

from tests.template.reading import properties, resources, target, template

TABLES = properties("AWS::DynamoDB::Table")
KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key")


def test_there_is_one_table_for_each_owner() -> None:
    assert set(TABLES) == {"LedgerTable", "OrdersTable", "ConnectionsTable", "TenantsTable"}


@pytest.mark.parametrize("kind", KEPT)
def test_what_holds_data_stays_when_the_stack_goes(kind: str) -> None:
    for resource in resources(kind).values():
        assert resource["DeletionPolicy"] == "Retain"
        assert resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_can_be_restored_to_any_second(name: str) -> None:
    assert TABLES[name]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_with_our_own_key(name: str) -> None:
    encryption = TABLES[name]["SSESpecification"]

    assert encryption["SSEType"] == "KMS"
    assert target(encryption["KMSMasterKeyId"]) == "DataKey"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_paid_by_use_and_protected_unless_told_otherwise(name: str) -> None:
    protected = TABLES[name]["DeletionProtectionEnabled"]

    assert TABLES[name]["BillingMode"] == "PAY_PER_REQUEST"
    assert protected == {"Fn::If": ["ProtectsTables", True, False]}
    assert template()["Parameters"]["DeletionProtection"]["Default"] == "ENABLED"


@pytest.mark.parametrize("name", TABLES)
def test_nothing_in_a_table_expires(name: str) -> None:
    assert "TimeToLiveSpecification" not in TABLES[name]


@pytest.mark.parametrize("name", TABLES)
def test_keys_have_the_names_that_the_code_uses(name: str) -> None:
    assert TABLES[name]["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]


INDEXES = {
    name: table["GlobalSecondaryIndexes"]
    for name, table in TABLES.items()
    if "GlobalSecondaryIndexes" in table
}


@pytest.mark.parametrize(
    ("name", "index", "keys"),
    [
        ("OrdersTable", "due-index", {"due_shard": "S", "due_at": "N"}),
        ("LedgerTable", "document-index", {"doc_no": "S"}),
    ],
)
def test_what_is_due_and_whose_a_document_is_is_found_by_an_index_of_keys(
    name: str, index: str, keys: dict[str, str]
) -> None:
    (stated,) = INDEXES[name]
    kinds = {each["AttributeName"]: each["AttributeType"] for each in _attributes(name)}

    assert stated["IndexName"] == index
    assert stated["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert [key["AttributeName"] for key in stated["KeySchema"]] == list(keys)
    assert kinds == {"pk": "S", "sk": "S", **keys}


def test_no_other_table_pays_for_an_index() -> None:
    assert set(INDEXES) == {"OrdersTable", "LedgerTable"}


def _attributes(name: str) -> list[dict[str, str]]:
    attributes: list[dict[str, str]] = TABLES[name]["AttributeDefinitions"]
    return attributes


BUCKETS = properties("AWS::S3::Bucket")


def test_raw_bodies_and_proofs_have_a_bucket_each() -> None:
    assert set(BUCKETS) == {"RawEventsBucket", "ProofsBucket"}


@pytest.mark.parametrize("name", BUCKETS)
def test_what_lies_in_a_bucket_is_encrypted_closed_and_versioned(name: str) -> None:
    bucket = BUCKETS[name]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rule["BucketKeyEnabled"] is True
    assert target(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]) == "DataKey"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_raw_bodies_are_forgotten_in_the_end() -> None:
    (rule,) = BUCKETS["RawEventsBucket"]["LifecycleConfiguration"]["Rules"]

    assert rule["Status"] == "Enabled"
    assert rule["ExpirationInDays"] == {"Ref": "RawEventRetentionDays"}
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 90
    # Duplicates are known by their archived body: it must outlive any cart's retries and replays.
    assert template()["Parameters"]["RawEventRetentionDays"]["MinValue"] >= 30


def test_no_statement_of_a_proof_is_ever_forgotten() -> None:
    (rule,) = BUCKETS["ProofsBucket"]["LifecycleConfiguration"]["Rules"]

    assert not [name for name in rule if "Expiration" in name]


def test_data_and_connections_have_keys_of_their_own_that_rotate() -> None:
    keys = properties("AWS::KMS::Key")

    assert set(keys) == {"DataKey", "ConnectionsKey"}
    assert all(key["EnableKeyRotation"] is True for key in keys.values())


def test_nothing_has_a_physical_name() -> None:
    names = ("TableName", "QueueName", "BucketName", "FunctionName", "LogGroupName", "TopicName")

    for resource in template()["Resources"].values():
        assert not set(names) & set(resource.get("Properties", {}))
