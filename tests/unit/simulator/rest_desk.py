"""What the REST tests do again and again, said once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from local.intacct_simulator.company import Credentials

BASE = "/ia/api/v1"
Json = dict[str, Any]


@dataclass
class Rest:
    """A signed-in REST client whose answers are checked for their status."""

    http: httpx.Client
    credentials: Credentials
    entity: str = ""
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self, username: str = "") -> Json:
        answer = self.http.post(
            f"{BASE}/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.credentials.client_id,
                "client_secret": self.credentials.client_secret,
                "username": username or self.credentials.username,
            },
        )
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        self.token = body["access_token"]
        return body

    def send(
        self, method: str, path: str, body: Any = None, *, expect: int | None = None, **headers: str
    ) -> httpx.Response:
        if not self.token:
            self.sign_in()
        sent = {"Authorization": f"Bearer {self.token}", **self.headers}
        if self.entity:
            sent["X-IA-API-Param-Entity"] = self.entity
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.request(method, BASE + path, json=body, headers=sent)
        if expect is not None:
            assert answer.status_code == expect, answer.text
        return answer

    def create(self, name: str, body: Json, **headers: str) -> str:
        answer = self.send("POST", f"/objects/{quote(name)}", body, expect=201, **headers)
        return str(answer.json()["ia::result"]["key"])

    def refused(self, name: str, body: Json, status: int) -> Json:
        """Give the `ia::error` of a create that must be refused with a status."""
        answer = self.send("POST", f"/objects/{quote(name)}", body, expect=status)
        error: Json = answer.json()["ia::result"]["ia::error"]
        return error

    def get(self, name: str, key: str) -> Json:
        answer = self.send("GET", f"/objects/{quote(name)}/{key}", expect=200)
        result: Json = answer.json()["ia::result"]
        return result

    def patch(self, name: str, key: str, body: Json) -> None:
        self.send("PATCH", f"/objects/{quote(name)}/{key}", body, expect=200)

    def query(self, name: str, fields: list[str], **members: Any) -> list[Json]:
        body = {"object": name, "fields": fields, **members}
        answer = self.send("POST", "/services/core/query", body, expect=200)
        rows: list[Json] = answer.json()["ia::result"]
        return rows

    def act(self, name: str, action: str, body: Json) -> Json:
        answer = self.send("POST", f"/workflows/{name}/{action}", body, expect=200)
        result: Json = answer.json()["ia::result"]
        return result

    def balances(self, entity: str = "100") -> dict[str, str]:
        """Give debit minus credit by account, without those of zero."""
        data = self.http.get("/_sim/trial-balance", params={"entity": entity}).json()
        assert data["is_balanced"]
        return {row["account"]: row["balance"] for row in data["rows"] if row["balance"] != "0.00"}

    def customer(self, customer_id: str = "C-1", **more: Any) -> str:
        return self.create(
            "accounts-receivable/customer", {"id": customer_id, "name": "Ada Lovelace", **more}
        )

    def advance(self, amount: str, **more: Any) -> str:
        information = {
            "receiptDate": "2026-11-20",
            "paymentMethod": "creditCard",
            "financialEntity": {"id": "CLR-SHOPIFY"},
        }
        item = {"glAccount": {"id": "2050"}, "txnAmount": amount, "dimensions": at("100")}
        body = {"customer": {"id": "C-1"}, "paymentInformation": information, "items": [item]}
        return self.create("accounts-receivable/advance", {**body, **more})

    def pay(self, details: list[Json], **more: Any) -> str:
        return self.create("accounts-receivable/payment", {**payment(details), **more})


def at(location: str, **others: str) -> Json:
    """Give the dimensions of a line."""
    values = {"location": location, **others}
    return {name: {"id": value} for name, value in values.items()}


def item_line(item: str, quantity: str, price: str, **more: Any) -> Json:
    return {
        "dimensions": at("100", item=item),
        "unit": "Each",
        "unitQuantity": quantity,
        "unitPrice": price,
        **more,
    }


def order_a() -> list[Json]:
    """Give the lines of order A of the accounting reference §1, in all 69.95."""
    return [
        item_line("TEE", "2", "25.00"),
        item_line("MUG", "1", "12.50"),
        item_line("DISCOUNT", "1", "-6.25"),
        item_line("SHIPPING", "1", "8.00"),
        item_line("TAX-NYS", "1", "2.57"),
        item_line("TAX-NYC", "1", "2.89"),
        item_line("TAX-MTA", "1", "0.24"),
    ]


def document(lines: list[Json], **more: Any) -> Json:
    return {
        "txnDate": "2026-11-20",
        "customer": {"id": "C-1"},
        "txnCurrency": "USD",
        "lines": lines,
        **more,
    }


def invoice(amount: str = "100.00", **more: Any) -> Json:
    line = {"glAccount": {"id": "4000"}, "txnAmount": amount, "dimensions": at("100")}
    return {
        "customer": {"id": "C-1"},
        "invoiceDate": "2026-11-20",
        "dueDate": "2026-12-20",
        "lines": [line],
        **more,
    }


def adjustment(*lines: tuple[str, str], **more: Any) -> Json:
    return {
        "customer": {"id": "C-1"},
        "createdDate": "2026-11-20",
        "txnCurrency": {"currency": "USD"},
        "lines": [
            {
                "glAccount": {"id": account},
                "txnCurrency": {"amount": amount},
                "dimensions": at("100"),
            }
            for account, amount in lines
        ],
        **more,
    }


def payment(details: list[Json]) -> Json:
    return {
        "financialEntity": {"entityId": "CLR-SHOPIFY"},
        "customer": {"id": "C-1"},
        "paymentMethod": "creditCard",
        "paymentSummary": {"receiptDate": "2026-11-20"},
        "txnCurrency": {"currency": "USD"},
        "paymentDetails": details,
    }


def journal(lines: list[Json], **more: Any) -> Json:
    return {
        "glJournal": {"id": "GJ"},
        "postingDate": "2026-11-20",
        "description": "a journal",
        "lines": lines,
        **more,
    }


def journal_line(side: str, account: str, amount: str, location: str = "100", **more: Any) -> Json:
    return {
        "txnType": side,
        "txnAmount": amount,
        "glAccount": {"id": account},
        "dimensions": at(location),
        **more,
    }
