"""The object service: strictness, references, lines, batches, deletion (REST reference §5-7)."""

from __future__ import annotations

import httpx
import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import (
    BASE,
    Json,
    Rest,
    adjustment,
    at,
    document,
    invoice,
    item_line,
    payment,
)

CUSTOMER = "accounts-receivable/customer"
INVOICE = "accounts-receivable/invoice"
ORDER = "order-entry/document::Sales Order"
ATOMIC = {"X-IA-API-Param-Transaction": "true"}


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


def test_lines_are_added_changed_and_deleted_through_their_document(rest: Rest) -> None:
    rest.customer()
    key = rest.create(
        ORDER, document([item_line("TEE", "1", "25.00"), item_line("MUG", "1", "12.50")])
    )
    first, second = rest.get(ORDER, key)["lines"]

    rest.patch(
        ORDER,
        key,
        {
            "lines": [
                {"key": first["key"], "unitQuantity": "2"},
                {"key": second["key"], "ia::operation": "delete"},
                item_line("SHIPPING", "1", "8.00"),
            ]
        },
    )

    record = rest.get(ORDER, key)
    assert record["totalInTxnCurrency"] == "58.00"
    assert [line["dimensions"]["item"]["id"] for line in record["lines"]] == ["TEE", "SHIPPING"]
    assert record["lines"][0]["key"] == first["key"]


def test_a_line_can_be_posted_and_removed_on_its_own_path(rest: Rest) -> None:
    rest.customer()
    order = rest.create(ORDER, document([item_line("TEE", "1", "25.00")]))
    path = "order-entry/document-line::Sales Order"

    line = rest.create(path, {**item_line("MUG", "1", "12.50"), "documentHeader": {"key": order}})
    grown = rest.get(ORDER, order)["totalInTxnCurrency"]
    rest.send("DELETE", f"/objects/order-entry/document-line::Sales%20Order/{line}", expect=204)

    assert grown == "37.50"
    assert rest.get(ORDER, order)["totalInTxnCurrency"] == "25.00"


def test_a_batch_with_a_bad_row_tells_each_outcome(rest: Rest) -> None:
    rows = [{"id": "C-1", "name": "Ada"}, {"id": "C-1", "name": "Eve"}, {"id": "C-2", "name": "G"}]

    answer = rest.send("POST", f"/objects/{CUSTOMER}", rows, expect=207).json()

    assert [row["ia::status"] for row in answer["ia::result"]] == [201, 409, 201]
    assert "ia::error" in answer["ia::result"][1]
    assert answer["ia::meta"] == {"totalCount": 3, "totalSuccess": 2, "totalError": 1}
    assert len(rest.query(CUSTOMER, ["key"])) == 2


def test_an_atomic_batch_keeps_nothing_when_one_row_fails(rest: Rest) -> None:
    rows = [{"id": "C-1", "name": "Ada"}, {"id": "C-1", "name": "Eve"}]
    rest.headers = dict(ATOMIC)

    answer = rest.send("POST", f"/objects/{CUSTOMER}", rows).json()

    assert [row["ia::error"]["code"] for row in answer["ia::result"]] == [
        "unprocessed",
        "operationFailed",
    ]
    assert answer["ia::meta"]["totalSuccess"] == 0
    assert rest.query(CUSTOMER, ["key"]) == []


def test_a_batch_without_failures_answers_like_its_rows(rest: Rest) -> None:
    rows = [{"id": f"C-{number}", "name": "Ada"} for number in range(3)]

    made = rest.send("POST", f"/objects/{CUSTOMER}", rows, expect=201).json()
    seen = rest.send("GET", f"/objects/{CUSTOMER}/1,2,3", expect=200).json()
    rest.send("DELETE", f"/objects/{CUSTOMER}/1,2", expect=204)

    assert [row["id"] for row in made["ia::result"]] == ["C-0", "C-1", "C-2"]
    assert [row["name"] for row in seen["ia::result"]] == ["Ada"] * 3
    assert len(rest.query(CUSTOMER, ["key"])) == 1


def test_a_batch_has_at_most_500_rows(rest: Rest) -> None:
    rest.send("POST", f"/objects/{CUSTOMER}", [{"id": "x", "name": "x"}] * 501, expect=400)


def test_rows_of_a_patch_batch_carry_their_keys(rest: Rest) -> None:
    rest.customer("C-1")
    rest.customer("C-2")

    rest.send(
        "PATCH",
        f"/objects/{CUSTOMER}",
        [{"key": "1", "notes": "one"}, {"key": "2", "notes": "two"}],
        expect=200,
    )

    notes = [row["notes"] for row in rest.query(CUSTOMER, ["notes"])]
    assert notes == ["one", "two"]


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


def test_the_untyped_document_path_reads_every_definition(rest: Rest) -> None:
    rest.customer()
    rest.create(ORDER, document([item_line("TEE", "1", "25.00")]))
    rest.create("order-entry/document::Sales Invoice", document([item_line("TEE", "1", "25.00")]))

    untyped = rest.send("GET", "/objects/order-entry/document", expect=200).json()["ia::result"]
    typed = rest.send("GET", "/objects/order-entry/document::Sales%20Order").json()["ia::result"]

    assert [row["id"] for row in untyped] == ["Sales Order-SO0001", "Sales Invoice-SI0001"]
    assert [row["id"] for row in typed] == ["Sales Order-SO0001"]


def test_a_list_carries_references_and_paging_only(rest: Rest) -> None:
    rest.customer()

    answer = rest.send("GET", f"/objects/{CUSTOMER}", expect=200).json()

    assert answer["ia::result"][0].keys() == {"key", "id", "href"}
    assert answer["ia::meta"] == {
        "totalCount": 1,
        "start": 1,
        "pageSize": 100,
        "next": None,
        "previous": None,
    }


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


def test_what_is_made_in_an_entity_is_private_to_it(rest: Rest) -> None:
    rest.customer("SHARED")
    rest.entity = "200"
    rest.customer("GERMAN")
    german = rest.query(CUSTOMER, ["id", "entity.id"])
    rest.entity = "100"
    american = rest.query(CUSTOMER, ["id"])
    rest.entity = ""
    top = rest.query(CUSTOMER, ["id"])
    everything = rest.query(CUSTOMER, ["id"], filterParameters={"includePrivate": True})

    assert german == [
        {"id": "SHARED", "entity.id": None},
        {"id": "GERMAN", "entity.id": "200"},
    ]
    assert american == [{"id": "SHARED"}]
    assert top == [{"id": "SHARED"}]
    assert [row["id"] for row in everything] == ["SHARED", "GERMAN"]


def test_documents_made_at_the_top_are_seen_in_the_entity_of_their_lines(rest: Rest) -> None:
    rest.customer()
    american, german = invoice("10.00"), invoice("20.00")
    german["lines"][0]["dimensions"] = at("200")
    rest.create(INVOICE, american)
    rest.create(INVOICE, german)

    seen = {}
    for entity in ("", "100", "200"):
        rest.entity = entity
        seen[entity] = [row["totalTxnAmount"] for row in rest.query(INVOICE, ["totalTxnAmount"])]

    assert seen == {"": ["10.00", "20.00"], "100": ["10.00"], "200": ["20.00"]}


def test_a_wrong_name_of_the_entity_header_looks_like_success(rest: Rest) -> None:
    rest.headers = {"Sage-Param-Entity": "200"}

    key = rest.customer()

    assert rest.get(CUSTOMER, key)["entity"]["id"] is None


def test_an_unknown_entity_is_refused(rest: Rest) -> None:
    rest.entity = "999"

    assert rest.send("GET", f"/objects/{CUSTOMER}").status_code == 403


def test_the_sign_of_adjustments_can_be_switched(company: Company, rest: Rest) -> None:
    rest.customer()
    company.switches.adjustment_sign = "positiveIsCredit"

    key = rest.create("accounts-receivable/adjustment", adjustment(("4095", "5.00")))

    record = rest.get("accounts-receivable/adjustment", key)
    assert record["txnCurrency"]["totalEntered"] == "-5.00"
    assert rest.balances() == {"4095": "5.00", "1200": "-5.00"}


def test_a_payment_needs_a_place_for_its_money(rest: Rest) -> None:
    rest.customer()
    owed = rest.create(INVOICE, invoice())
    body = payment([{"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "5.00"}}])

    both = {**body, "undepositedGLAccount": {"id": "1030"}}
    neither = {name: value for name, value in body.items() if name != "financialEntity"}

    rest.refused("accounts-receivable/payment", both, 400)
    rest.refused("accounts-receivable/payment", neither, 400)


def test_one_customer_cannot_use_the_credit_of_another(rest: Rest) -> None:
    rest.customer("C-1")
    rest.customer("C-2")
    advance = rest.advance("10.00")
    owed = rest.create(INVOICE, invoice(customer={"id": "C-2"}))
    detail = {
        "arInvoice": {"key": owed},
        "arAdvance": {"key": advance},
        "txnCurrency": {"postedAdvanceAmount": "10.00"},
    }

    body = {**payment([detail]), "customer": {"id": "C-2"}}
    rest.refused("accounts-receivable/payment", body, 422)


def test_files_are_attached_to_documents_and_removed(rest: Rest) -> None:
    rest.customer()
    rest.create("company-config/folder", {"id": "SHOP"})
    file = {"name": "order.txt", "data": "aGVsbG8="}
    key = rest.create(
        "company-config/attachment", {"id": "A-1", "folder": {"id": "SHOP"}, "files": [file]}
    )
    owed = rest.create(INVOICE, invoice())

    rest.patch(INVOICE, owed, {"attachment": {"id": "A-1"}})
    rest.patch("company-config/attachment", key, {"files": [{**file, "name": "second.txt"}]})
    first = rest.get("company-config/attachment", key)["files"][0]
    removal = {"key": first["key"], "ia::operation": "delete"}
    rest.patch("company-config/attachment", key, {"files": [removal]})

    assert rest.get(INVOICE, owed)["attachment"]["id"] == "A-1"
    assert first["size"] == 5
    files = rest.get("company-config/attachment", key)["files"]
    assert [one["name"] for one in files] == ["second.txt"]


def test_a_file_that_is_not_base64_is_refused(rest: Rest) -> None:
    rest.create("company-config/folder", {"id": "SHOP"})
    body = {"id": "A", "folder": {"id": "SHOP"}, "files": [{"name": "x", "data": "no base64"}]}

    rest.refused("company-config/attachment", body, 400)

    assert rest.query("company-config/attachment", ["id"]) == []


def test_reads_can_lag_behind_writes(company: Company, rest: Rest) -> None:
    company.switches.read_lag_seconds = 30
    key = rest.customer()

    soon = rest.query(CUSTOMER, ["id"])
    company.clock.advance(30)
    later = rest.query(CUSTOMER, ["id"])

    assert soon == []
    assert later == [{"id": "C-1"}]
    assert rest.get(CUSTOMER, key)["id"] == "C-1"


def test_stock_moves_by_the_direction_of_the_definition(rest: Rest) -> None:
    def moved(quantity: str) -> Json:
        line = {
            "unitOfMeasure": {"id": "Each"},
            "unitQuantity": quantity,
            "dimensions": at("100", item="TEE-STOCK", warehouse="W1"),
        }
        return {"transactionDate": "2026-11-20", "lines": [line]}

    rest.create("inventory-control/document::Inventory Adjustment Increase", moved("5"))
    rest.create("inventory-control/document::Inventory Adjustment Decrease", moved("2"))
    rest.refused("inventory-control/document::Inventory Adjustment Decrease", moved("4"), 422)

    rows = rest.query(
        "inventory-control/item-warehouse-available-inventory",
        ["item.id", "warehouse.id", "quantity.quantityLeft"],
    )
    assert rows == [{"item.id": "TEE-STOCK", "warehouse.id": "W1", "quantity.quantityLeft": "3"}]


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
