"""Order to cash and refunds, as the journals of the accounting reference §2 and §3 state them."""

from __future__ import annotations

import httpx

from tests.unit.simulator.rest_desk import (
    Json,
    Rest,
    adjustment,
    at,
    document,
    invoice,
    item_line,
    order_a,
)

ORDER = "order-entry/document::Sales Order"
INVOICE = "order-entry/document::Sales Invoice"
RETURN = "order-entry/document::Sales Return"
AR_INVOICE = "accounts-receivable/invoice"
ADVANCE = "accounts-receivable/advance"


def converted(rest: Rest, order: str, lines: list[Json]) -> list[Json]:
    """Point each line at the line of the source in the same place."""
    source = rest.get("order-entry/document", order)["lines"]
    return [
        {**line, "sourceDocument": {"key": order}, "sourceDocumentLine": {"key": one["key"]}}
        for line, one in zip(lines, source, strict=False)
    ]


def invoiced(rest: Rest) -> str:
    """Invoice order A and give the key of the receivable it made."""
    key = rest.create(INVOICE, document(order_a()))
    return str(rest.get(INVOICE, key)["invoice"]["key"])


def test_a_sales_order_posts_nothing(rest: Rest) -> None:
    rest.customer()

    key = rest.create(ORDER, document(order_a(), referenceNumber="SHOP-1"))

    order = rest.get(ORDER, key)
    assert order["totalInTxnCurrency"] == "69.95"
    assert order["state"] == "pending"
    assert order["invoice"]["key"] is None
    assert rest.balances() == {}


def test_an_invoice_posts_each_line_to_its_items_account(rest: Rest) -> None:
    rest.customer()

    rest.create(INVOICE, document(order_a()))

    assert rest.balances() == {
        "1200": "69.95",
        "4090": "6.25",
        "4000": "-62.50",
        "4010": "-8.00",
        "2100-NYS": "-2.57",
        "2100-NYC": "-2.89",
        "2100-MTA": "-0.24",
    }


def test_an_advance_is_received_and_applied_without_new_money(rest: Rest) -> None:
    rest.customer()
    advance = rest.advance("69.95")
    assert rest.balances() == {"1100": "69.95", "2050": "-69.95"}
    owed = invoiced(rest)

    rest.pay(
        [
            {
                "arInvoice": {"key": owed},
                "arAdvance": {"key": advance},
                "txnCurrency": {"postedAdvanceAmount": "69.95"},
            }
        ]
    )

    balances = rest.balances()
    assert balances["1100"] == "69.95"
    assert "1200" not in balances
    assert "2050" not in balances
    assert rest.get(AR_INVOICE, owed)["state"] == "paid"
    assert rest.get(ADVANCE, advance)["state"] == "paid"


def test_an_overpayment_stays_on_the_customers_account(rest: Rest) -> None:
    rest.customer()
    owed = invoiced(rest)

    rest.pay(
        [{"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "69.95"}}],
        overPaymentAmount="0.05",
    )

    balances = rest.balances()
    assert (balances["1100"], balances["2050"]) == ("70.00", "-0.05")
    assert "1200" not in balances


def test_a_part_payment_moves_the_amounts_due(rest: Rest) -> None:
    rest.customer()
    owed = invoiced(rest)

    rest.pay([{"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "20.00"}}])

    record = rest.get(AR_INVOICE, owed)
    assert record["state"] == "partiallyPaid"
    assert record["totalTxnAmountDue"] == "49.95"
    assert record["paymentInformation"]["totalTxnAmountPaid"] == "20.00"


def test_more_than_is_due_is_refused_and_changes_nothing(rest: Rest) -> None:
    rest.customer()
    owed = invoiced(rest)
    before = rest.balances()

    answer = rest.send(
        "POST",
        "/objects/accounts-receivable/payment",
        {
            "financialEntity": {"entityId": "BANK"},
            "customer": {"id": "C-1"},
            "paymentMethod": "cash",
            "paymentSummary": {"receiptDate": "2026-11-20"},
            "txnCurrency": {"currency": "USD"},
            "paymentDetails": [
                {"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "69.95"}},
                {"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "0.01"}},
            ],
        },
        expect=422,
    )

    assert "already paid" in answer.text
    assert rest.balances() == before
    assert rest.get(AR_INVOICE, owed)["state"] == "posted"


def test_a_credit_memo_and_its_refund_follow_the_reference(rest: Rest) -> None:
    rest.customer()
    lines = [("4095", "-25.00"), ("4090", "2.50"), ("2100-NYS", "-0.90")]
    lines += [("2100-NYC", "-1.01"), ("2100-MTA", "-0.09")]
    credit = rest.create("accounts-receivable/adjustment", adjustment(*lines))
    assert rest.balances() == {
        "4095": "25.00",
        "4090": "-2.50",
        "2100-NYS": "0.90",
        "2100-NYC": "1.01",
        "2100-MTA": "0.09",
        "1200": "-24.50",
    }

    rest.create(
        "accounts-receivable/customer-refund",
        {
            "customer": {"id": "C-1"},
            "financialEntity": {"id": "CLR-SHOPIFY"},
            "paymentMethod": "creditCard",
            "refundDate": "2026-11-20",
            "refundDetails": [{"arAdjustment": {"key": credit}, "txnRefundAmount": "24.50"}],
        },
    )

    balances = rest.balances()
    assert balances["1100"] == "-24.50"
    assert "1200" not in balances
    assert rest.get("accounts-receivable/adjustment", credit)["state"] == "paid"


def test_an_advance_is_given_back_before_any_invoice(rest: Rest) -> None:
    rest.customer()
    advance = rest.advance("69.95")

    rest.create(
        "accounts-receivable/customer-refund",
        {
            "customer": {"id": "C-1"},
            "financialEntity": {"id": "CLR-SHOPIFY"},
            "paymentMethod": "creditCard",
            "refundDate": "2026-11-20",
            "refundDetails": [{"arAdvance": {"key": advance}, "txnRefundAmount": "69.95"}],
        },
    )

    assert rest.balances() == {}


def test_a_sales_return_posts_the_mirror_on_the_returns_account(rest: Rest) -> None:
    rest.customer()
    lines = [item_line("TEE", "1", "25.00"), item_line("DISCOUNT", "1", "-2.50")]

    key = rest.create(RETURN, document([*lines, item_line("TAX-NYS", "1", "0.90")]))

    assert rest.balances() == {
        "4095": "25.00",
        "4090": "-2.50",
        "2100-NYS": "0.90",
        "1200": "-23.40",
    }
    assert rest.get(RETURN, key)["paymentStatus"] == "open"


def test_a_payment_reversed_opens_the_invoice_again(rest: Rest) -> None:
    rest.customer()
    owed = invoiced(rest)
    before = rest.balances()
    paid = rest.pay([{"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "69.95"}}])

    made = rest.act(
        "accounts-receivable/payment", "reverse", {"key": paid, "reversedDate": "2026-11-20"}
    )

    assert made["state"] == "reversal"
    assert rest.get("accounts-receivable/payment", paid)["state"] == "reversed"
    assert rest.get(AR_INVOICE, owed)["state"] == "posted"
    assert rest.balances() == before


def test_an_invoice_is_undone_by_reversal_and_not_by_deletion(rest: Rest) -> None:
    rest.customer()
    key = rest.create(AR_INVOICE, invoice())
    rest.send("DELETE", f"/objects/{AR_INVOICE}/{key}", expect=422)

    made = rest.act(AR_INVOICE, "reverse", {"key": key, "reversedDate": "2026-11-20"})

    assert made["state"] == "reversed"
    assert rest.get(AR_INVOICE, key)["totalTxnAmountDue"] == "0.00"
    assert rest.balances() == {}


def test_a_draft_invoice_posts_when_it_is_submitted(rest: Rest) -> None:
    rest.customer()
    key = rest.create(AR_INVOICE, invoice(state="draft"))
    assert rest.balances() == {}

    made = rest.act(AR_INVOICE, "submit", {"key": key})

    assert made["state"] == "posted"
    assert rest.balances() == {"1200": "100.00", "4000": "-100.00"}


def test_an_order_is_converted_in_parts_until_nothing_remains(rest: Rest) -> None:
    rest.customer()
    order = rest.create(ORDER, document([item_line("TEE", "3", "25.00")]))

    rest.create(
        INVOICE,
        document(
            converted(rest, order, [item_line("TEE", "2", "25.00")]),
            sourceDocument={"key": order},
        ),
    )
    half = rest.get(ORDER, order)
    rest.create(
        INVOICE,
        document(
            converted(rest, order, [item_line("TEE", "1", "25.00")]),
            sourceDocument={"key": order},
        ),
    )
    whole = rest.get(ORDER, order)

    assert half["state"] == "partiallyConverted"
    assert half["lines"][0]["quantityRemaining"] == "1"
    assert half["lines"][0]["quantityConverted"] == "2"
    assert whole["state"] == "converted"
    assert len(whole["history"]) == 2


def test_more_than_remains_is_not_converted(rest: Rest) -> None:
    rest.customer()
    order = rest.create(ORDER, document([item_line("TEE", "3", "25.00")]))
    lines = converted(rest, order, [item_line("TEE", "4", "25.00")])

    error = rest.refused(INVOICE, document(lines, sourceDocument={"key": order}), 422)

    assert "remaining quantity 3" in error["details"][0]["message"]
    assert rest.get(ORDER, order)["state"] == "pending"
    assert rest.balances() == {}


def test_a_conversion_without_line_keys_counts_as_full(rest: Rest) -> None:
    rest.customer()
    order = rest.create(ORDER, document(order_a()))

    rest.create(INVOICE, document(order_a(), sourceDocument={"key": order}))

    assert rest.get(ORDER, order)["state"] == "converted"


def test_an_unpaid_invoice_that_changes_is_posted_anew_with_another_receivable(
    rest: Rest,
) -> None:
    rest.customer()
    key = rest.create(INVOICE, document([item_line("TEE", "1", "25.00")]))
    before = rest.get(INVOICE, key)

    line = {"key": before["lines"][0]["key"], "unitPrice": "20.00"}
    rest.patch(INVOICE, key, {"lines": [line, item_line("MUG", "1", "12.50")]})

    after = rest.get(INVOICE, key)
    assert after["totalInTxnCurrency"] == "32.50"
    assert after["invoice"]["key"] != before["invoice"]["key"]
    assert rest.balances() == {"1200": "32.50", "4000": "-32.50"}


def test_a_paid_invoice_does_not_change(rest: Rest) -> None:
    rest.customer()
    key = rest.create(INVOICE, document([item_line("TEE", "1", "25.00")]))
    record = rest.get(INVOICE, key)
    rest.pay(
        [
            {
                "arInvoice": {"key": record["invoice"]["key"]},
                "txnCurrency": {"paymentAmount": "5.00"},
            }
        ]
    )

    change = {"lines": [{"key": record["lines"][0]["key"], "unitPrice": "20.00"}]}
    answer = rest.send("PATCH", "/objects/order-entry/document::Sales%20Invoice/1", change)

    assert answer.status_code == 422
    assert rest.balances()["1200"] == "20.00"


def test_a_draft_document_never_posts_until_submitted(rest: Rest) -> None:
    rest.customer()
    key = rest.create(INVOICE, document(order_a(), state="draft"))
    assert rest.balances() == {}

    rest.act("order-entry/document", "submit", {"key": key})

    assert rest.balances()["1200"] == "69.95"


def test_a_foreign_invoice_paid_at_another_rate_books_the_difference(rest: Rest) -> None:
    rest.customer()
    rates = {"txnCurrency": "EUR", "exchangeRate": {"date": "2026-11-20", "rate": "1.10"}}
    key = rest.create(INVOICE, document([item_line("TEE", "1", "100.00")], **rates))
    owed = rest.get(INVOICE, key)["invoice"]["key"]

    rest.pay(
        [{"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "100.00"}}],
        txnCurrency={"currency": "EUR"},
        exchangeRate={"date": "2026-11-20", "rate": "1.15"},
    )

    assert rest.balances() == {"1100": "115.00", "4000": "-110.00", "7100": "-5.00"}


def test_the_documents_report_shows_each_document_once_with_its_lines(
    rest: Rest, client: httpx.Client
) -> None:
    rest.customer()
    rest.create(INVOICE, document([item_line("TEE", "1", "25.00")], referenceNumber="SHOP-7"))

    found = client.get("/_sim/documents", params={"reference": "SHOP-7"}).json()["documents"]

    assert [one["id"] for one in found] == ["Sales Invoice-SI0001"]
    assert found[0]["customer"] == "C-1"
    assert found[0]["receivable"]["due"] == "25.00"
    assert [(one["side"], one["account"], one["amount"]) for one in found[0]["ledger_lines"]] == [
        ("credit", "4000", "25.00"),
        ("debit", "1200", "25.00"),
    ]


def test_an_item_line_may_stand_in_a_sub_location(rest: Rest) -> None:
    rest.customer()
    line = item_line("TEE", "1", "25.00")
    line["dimensions"] = at("110", item="TEE", department="WEB")

    rest.create(INVOICE, document([line]))

    assert rest.balances("100") == {"1200": "25.00", "4000": "-25.00"}
