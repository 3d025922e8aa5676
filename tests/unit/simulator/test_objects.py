"""Records are made, changed and deleted as the reference says, and wrong ones are refused."""

from __future__ import annotations

import httpx
import pytest

from tests.unit.simulator.object_paths import CUSTOMER, INVOICE, ORDER
from tests.unit.simulator.rest_desk import BASE, Json, Rest, document, invoice, item_line


def codes(error: Json) -> dict[str, str]:
    """Give the error id of each detail by its JSON pointer."""
    return {one.get("target", ""): one["errorId"] for one in error["details"]}


def test_a_create_answers_the_reference_envelope(rest: Rest) -> None:
    answer = rest.send("POST", f"/objects/{CUSTOMER}", {"id": "C-1", "name": "Ada"}, expect=201)

    assert answer.json() == {
        "ia::result": {"key": "1", "id": "C-1", "href": "/objects/accounts-receivable/customer/1"},
        "ia::meta": {"totalCount": 1, "totalSuccess": 1, "totalError": 0},
    }


def test_a_typed_document_answers_its_type_and_an_encoded_address(rest: Rest) -> None:
    rest.customer()

    path = "/objects/order-entry/document::Sales%20Order"
    answer = rest.send("POST", path, document([item_line("TEE", "1", "25.00")]), expect=201)

    assert answer.json()["ia::result"] == {
        "key": "1",
        "id": "Sales Order-SO0001",
        "href": "/objects/order-entry/document::Sales%20Order/1",
        "documentType": "Sales Order",
    }


def test_every_wrong_field_of_a_payload_is_named_at_once(rest: Rest) -> None:
    rest.customer()
    body = invoice(colour="red", totalTxnAmount="5.00")
    body["lines"][0]["dimensions"]["planet"] = {"id": "earth"}
    body["lines"][0]["txnAmount"] = "much"
    del body["dueDate"]

    error = rest.refused(INVOICE, body, 400)

    assert error["errorId"] == "REST-1064"
    assert error["supportId"]
    assert codes(error) == {
        "/colour": "REST-1043",
        "/totalTxnAmount": "REST-1050",
        "/lines/0/dimensions/planet": "REST-1043",
        "/lines/0/txnAmount": "REST-1028",
        "/dueDate": "BL01001973",
    }
    assert rest.query(INVOICE, ["key"]) == []


def test_an_ar_invoice_cannot_be_created_posted(rest: Rest) -> None:
    rest.customer()

    error = rest.refused(INVOICE, invoice(state="posted"), 400)

    assert error["details"][0]["code"] == "invalidParameter"
    assert error["details"][0]["target"] == "/state"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"customer": {"id": "NOBODY"}}, "/customer"),
        ({"customer": {"id": ""}}, "/customer/id"),
        ({"term": {"id": "Net 31"}}, "/term"),
        ({"state": "happy"}, "/state"),
        ({"invoiceDate": "20.11.2026"}, "/invoiceDate"),
        ({"currency": {"txnCurrency": "XXX"}}, "/currency/txnCurrency"),
    ],
)
def test_a_wrong_value_is_refused_with_its_pointer(rest: Rest, change: Json, pointer: str) -> None:
    rest.customer()

    error = rest.refused(INVOICE, invoice(**change), 400)

    assert [one["target"] for one in error["details"]] == [pointer]


def test_a_unit_must_be_one_that_the_company_has(rest: Rest) -> None:
    rest.customer()

    error = rest.refused(ORDER, document([item_line("TEE", "1", "5.00", unit="each")]), 400)

    assert error["details"][0]["errorId"] == "BL03000018"
    assert error["details"][0]["target"] == "/lines/0/unit"


def test_an_inactive_reference_is_refused(rest: Rest) -> None:
    key = rest.customer()
    rest.patch(CUSTOMER, key, {"status": "inactive"})

    rest.refused(INVOICE, invoice(), 400)


def test_a_customer_on_hold_gets_no_document(rest: Rest) -> None:
    rest.customer(isOnHold=True)

    error = rest.refused(ORDER, document([item_line("TEE", "1", "5.00")]), 422)

    assert "on hold" in error["details"][0]["message"]


def test_a_duplicate_id_is_refused_with_the_text_clients_know(rest: Rest) -> None:
    rest.customer()

    error = rest.refused(CUSTOMER, {"id": "C-1", "name": "Eve"}, 409)

    assert "Another record with the value 'C-1' already exists" in error["details"][0]["message"]


def test_a_duplicate_invoice_number_is_refused(rest: Rest) -> None:
    rest.customer()
    rest.create(INVOICE, invoice(invoiceNumber="SHOP-1"))

    rest.refused(INVOICE, invoice(invoiceNumber="SHOP-1"), 409)

    assert rest.balances()["1200"] == "100.00"


def test_amounts_and_keys_travel_as_text(rest: Rest) -> None:
    rest.customer(creditLimit=500)
    key = rest.create(INVOICE, invoice("100"))

    record = rest.get(INVOICE, key)
    customer = rest.get(CUSTOMER, "1")

    assert record["totalTxnAmount"] == "100.00"
    assert record["lines"][0]["txnAmount"] == "100.00"
    assert isinstance(record["key"], str)
    assert customer["totalDue"] == "100.00"
    assert customer["creditLimit"] == 500
    assert customer["audit"]["createdDateTime"] == "2026-11-20T12:00:00Z"


def test_the_inline_contact_of_a_customer_is_made_read_and_changed(rest: Rest) -> None:
    details = {
        "printAs": "Ada",
        "email1": "ada@example.com",
        "mailingAddress": {"city": "Hamburg", "isoCountryCode": "de"},
    }
    key = rest.customer(contacts={"default": details})

    rest.patch(CUSTOMER, key, {"contacts": {"default": {"email1": "countess@example.com"}}})

    default = rest.get(CUSTOMER, key)["contacts"]["default"]
    assert default["email1"] == "countess@example.com"
    assert default["mailingAddress"]["isoCountryCode"] == "de"
    contacts = rest.query("company-config/contact", ["id", "email1"])
    assert contacts == [{"id": "Ada Lovelace(CC-1)", "email1": "countess@example.com"}]


def test_patch_changes_only_what_it_names_and_null_clears(rest: Rest) -> None:
    key = rest.customer(taxId="DE1", notes="a note")

    rest.patch(CUSTOMER, key, {"notes": None})

    record = rest.get(CUSTOMER, key)
    assert (record["taxId"], record["notes"]) == ("DE1", None)


def test_the_id_of_a_master_record_does_not_change(rest: Rest) -> None:
    key = rest.customer()

    rest.send("PATCH", f"/objects/{CUSTOMER}/{key}", {"id": "C-2"}, expect=400)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/objects/accounts-receivable/nothing", 404),
        ("GET", "/objects/accounts-receivable/customer/99", 404),
        ("GET", "/objects/order-entry/document::No%20Such", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/objects/accounts-receivable/customer/1", 405),
        ("PATCH", "/objects/accounts-receivable/payment/1", 405),
        ("POST", "/objects/order-entry/document", 405),
        ("POST", "/objects/company-config/user", 405),
        ("GET", "/services/core/query", 405),
        ("DELETE", "/objects/accounts-receivable/customer", 405),
    ],
)
def test_unknown_paths_and_verbs_are_told_apart(
    rest: Rest, method: str, path: str, status: int
) -> None:
    answer = rest.send(method, path, {"a": 1})

    assert answer.status_code == status


def test_xml_and_broken_json_are_refused(client: httpx.Client, rest: Rest) -> None:
    rest.sign_in()
    path, bearer = f"{BASE}/objects/{CUSTOMER}", {"Authorization": f"Bearer {rest.token}"}

    xml = client.post(path, content="<a/>", headers={**bearer, "Content-Type": "text/xml"})
    broken = client.post(path, content="{", headers={**bearer, "Content-Type": "application/json"})

    assert (xml.status_code, xml.json()["ia::error"]["code"]) == (400, "GW-0014")
    assert broken.status_code == 400
    assert broken.json()["ia::result"]["ia::error"]["errorId"] == "REST-1028"


def test_an_empty_post_is_refused(rest: Rest) -> None:
    error = rest.refused(CUSTOMER, {}, 400)

    assert error["errorId"] == "REST-1028"


def test_a_customer_with_documents_is_not_deleted(rest: Rest) -> None:
    key = rest.customer()
    rest.create(INVOICE, invoice())

    rest.send("DELETE", f"/objects/{CUSTOMER}/{key}", expect=422)

    assert rest.get(CUSTOMER, key)["id"] == "C-1"


def test_a_deleted_customer_leaves_a_trace_and_its_key_is_not_reused(rest: Rest) -> None:
    key = rest.customer()
    rest.send("DELETE", f"/objects/{CUSTOMER}/{key}", expect=204)

    again = rest.customer()

    rows = rest.query(
        "company-config/audit-history",
        ["changeDetails.objectName", "changeDetails.objectId", "changeSource.actionPerformed"],
        filters=[{"$eq": {"changeDetails.objectName": CUSTOMER}}],
    )
    assert again != key
    assert [row["changeSource.actionPerformed"] for row in rows] == ["create", "delete", "create"]


def test_a_deletion_with_a_body_ignores_it(rest: Rest) -> None:
    key = rest.customer()

    rest.send("DELETE", f"/objects/{CUSTOMER}/{key}", {"any": "thing"}, expect=204)


def test_a_custom_field_is_written_read_and_queried(client: httpx.Client, rest: Rest) -> None:
    field = {"object": "sales_document", "name": "SHOP_ORDER_ID"}
    client.post("/_sim/seed", json={"custom_fields": [field]})
    rest.customer()
    body = document([item_line("TEE", "1", "25.00")], **{"nsp::SHOP_ORDER_ID": "77812"})

    key = rest.create(ORDER, body)
    rest.patch(ORDER, key, {"memo": "later"})

    rows = rest.query(
        ORDER, ["key", "nsp::SHOP_ORDER_ID"], filters=[{"$eq": {"nsp::SHOP_ORDER_ID": "77812"}}]
    )
    path = "/services/core/model?name=order-entry%2Fdocument"
    model = rest.send("GET", path, expect=200).json()["ia::result"]
    assert rest.get(ORDER, key)["nsp::SHOP_ORDER_ID"] == "77812"
    assert rows == [{"key": key, "nsp::SHOP_ORDER_ID": "77812"}]
    assert "nsp::SHOP_ORDER_ID" in model["fields"]


def test_a_custom_field_that_the_company_does_not_have_is_unknown(rest: Rest) -> None:
    error = rest.refused(CUSTOMER, {"id": "C", "name": "C", "nsp::COLOUR": "red"}, 400)

    assert codes(error) == {"/nsp::COLOUR": "REST-1043"}
