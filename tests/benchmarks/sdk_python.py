"""The public Python SDKs at the work of the comparison; runs in their own environment.

    PYTHONPATH=tests/benchmarks python sdk_python.py xml|rest READY ORDERS LANES RUN

Each lane has an SDK of its own, as their documentation shows. Only their address is changed.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sdk_work as work  # type: ignore[import-not-found]  # on the path of its environment alone

SAGE = "https://api.intacct.com"
READY: dict[str, Any] = json.loads(sys.argv[2])


def _use_server() -> None:
    """Send what is meant for Sage to the server: neither SDK can be told another address."""
    sessions: Any = importlib.import_module("requests").Session
    send = sessions.request
    base = READY["rest_base_url"].removesuffix("/ia/api/v1")

    def request(self: Any, method: str, url: str, **members: Any) -> Any:
        return send(self, method, url.replace(SAGE, base, 1), **members)

    sessions.request = request


def _day(parts: tuple[int, int, int]) -> dict[str, str]:
    year, month, day = parts
    return {"year": str(year), "month": f"{month:02}", "day": f"{day:02}"}


def _iso(parts: tuple[int, int, int]) -> str:
    year, month, day = parts
    return f"{year}-{month:02}-{day:02}"


def _xml_documents(customer: str, reference: str) -> tuple[Any, Any]:
    """The sales order and the invoice of one order, as the XML functions take them."""
    line = {"itemid": work.ITEM, "quantity": work.QUANTITY, "unit": work.UNIT}
    line |= {"price": work.PRICE, "locationid": work.LOCATION}
    order = {
        "transactiontype": work.DEFINITION,
        "datecreated": _day(work.DAY),
        "customerid": customer,
        "referenceno": reference,
        "termname": work.TERM,
        "sotransitems": {"sotransitem": [line]},
    }
    item = {"glaccountno": work.ACCOUNT, "amount": work.AMOUNT, "locationid": work.LOCATION}
    invoice = {
        "customerid": customer,
        "datecreated": _day(work.DAY),
        "datedue": _day(work.DUE),
        "invoiceno": reference,
        "invoiceitems": {"lineitem": [item]},
    }
    return order, invoice


def _xml_payment(customer: str, reference: str, invoice: str) -> Any:
    year, month, day = work.DAY
    detail = {"RECORDKEY": invoice, "TRX_PAYMENTAMOUNT": work.AMOUNT}
    return {
        "FINANCIALENTITY": work.PLACE,
        "PAYMENTMETHOD": "Credit Card",
        "CUSTOMERID": customer,
        "DOCNUMBER": reference,
        "RECEIPTDATE": f"{month:02}/{day:02}/{year}",
        "CURRENCY": "USD",
        "ARPYMTDETAILS": {"ARPYMTDETAIL": [detail]},
    }


def xml_lane() -> Callable[[str, str], None]:
    """One order over XML by `sageintacctsdk`."""
    sdk = importlib.import_module("sageintacctsdk").SageIntacctSDK(
        READY["sender_id"],
        READY["sender_password"],
        READY["user_id"],
        READY["company_id"],
        READY["user_password"],
    )

    def order(customer: str, reference: str) -> None:
        found = sdk.customers.get("CUSTOMERID", customer, ["RECORDNO", "CUSTOMERID"])
        if found["@count"] == "0":
            contact = {"PRINTAS": customer, "EMAIL1": f"{customer}@example.com"}
            new = {"CUSTOMERID": customer, "NAME": customer, "DISPLAYCONTACT": contact}
            sdk.customers.post({**new, "TERMNAME": work.TERM})
        document, invoice = _xml_documents(customer, reference)
        sdk.order_entry_transactions.post(document)
        made = sdk.ar_invoices.post(invoice)
        sdk.ar_payments.post(_xml_payment(customer, reference, made["key"]))

    return order


def _rest_documents(customer: str, reference: str) -> tuple[Any, Any]:
    """The sales order and the invoice of one order, as REST takes them."""
    at = {"location": {"id": work.LOCATION}}
    line = {"unit": work.UNIT, "unitQuantity": work.QUANTITY, "unitPrice": work.PRICE}
    order = {
        "txnDate": _iso(work.DAY),
        "dueDate": _iso(work.DUE),
        "customer": {"id": customer},
        "referenceNumber": reference,
        "lines": [{**line, "dimensions": {**at, "item": {"id": work.ITEM}}}],
    }
    item = {"txnAmount": work.AMOUNT, "glAccount": {"id": work.ACCOUNT}, "dimensions": at}
    invoice = {
        "customer": {"id": customer},
        "invoiceDate": _iso(work.DAY),
        "dueDate": _iso(work.DUE),
        "referenceNumber": reference,
        "lines": [item],
    }
    return order, invoice


def _rest_payment(customer: str, reference: str, invoice: str) -> Any:
    paid = {"txnCurrency": {"paymentAmount": work.AMOUNT}}
    return {
        "financialEntity": {"entityId": work.PLACE},
        "customer": {"id": customer},
        "paymentMethod": "creditCard",
        "paymentSummary": {"receiptDate": _iso(work.DAY)},
        "txnCurrency": {"currency": "USD"},
        "documentNumber": reference,
        "paymentDetails": [{"arInvoice": {"key": invoice}, **paid}],
    }


def rest_lane() -> Callable[[str, str], None]:
    """One order over REST by `sageintacctrestsdk`."""
    sdk = importlib.import_module("intacctsdk").IntacctRESTSDK(
        username=READY["username"],
        client_id=READY["client_id"],
        client_secret=READY["client_secret"],
    )
    base = importlib.import_module("intacctsdk.apis.api_base").ApiBase

    def api(path: str) -> Any:
        made = base(sdk, object_path=f"/objects/{path}")
        made.update_access_token(sdk.access_token)
        return made

    orders = api("order-entry/document::Sales%20Order")
    invoices, payments = api("accounts-receivable/invoice"), api("accounts-receivable/payment")

    def order(customer: str, reference: str) -> None:
        asked = [{"$eq": {"id": customer}}]
        pages = sdk.customers.get_all_generator(fields=["key", "id"], filters=asked)
        if not any(page for page in pages):
            contact = {"printAs": customer, "email1": f"{customer}@example.com"}
            new = {"id": customer, "name": customer, "contacts": {"default": contact}}
            sdk.customers.post({**new, "term": {"id": work.TERM}})
        document, invoice = _rest_documents(customer, reference)
        orders.post(document)
        made = invoices.post(invoice)
        payments.post(_rest_payment(customer, reference, made["ia::result"]["key"]))

    return order


def main() -> None:
    """Do the orders and print what it took."""
    _use_server()
    protocol, orders, lanes, run = sys.argv[1], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    make = {"xml": xml_lane, "rest": rest_lane}[protocol]
    made = [make() for _ in range(lanes)]
    for number, order in enumerate(made):
        order(f"NEW-{run}W-{number}", f"{run}W-{number}")

    def lane(place: int) -> None:
        for number in range(place, orders, lanes):
            made[place](work.customer_id(run, number), work.reference(run, number))

    wall, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(lanes) as pool:
        list(pool.map(lane, range(lanes)))
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    sys.stdout.write(json.dumps({"wall_seconds": wall, "processor_seconds": processor}) + "\n")


if __name__ == "__main__":
    main()
