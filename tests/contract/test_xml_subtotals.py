"""Sales documents with subtotals: XML says them, REST leaves them to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from intacct.documents import Dimensions, SalesDocument, Subtotal
from intacct.errors import RejectedError
from intacct.rest.actions import RestActions
from intacct.xml.sales_documents import create_sales_document
from local.intacct_simulator.xml.schema import check_legacy
from tests.contract.conftest import RestRig, Simulator
from tests.contract.test_xml_actions import AT, CUSTOMER, ORDER, post, usd
from tests.contract.xml_rig import XmlRig

EVERYWHERE = Dimensions(location="100", department="WEB", project="P1", class_id="RETAIL")
WITH_FREIGHT = replace(ORDER, subtotals=(Subtotal("Freight", usd("5.00"), EVERYWHERE),))


@pytest.fixture
def rest(simulator: Simulator) -> Iterator[RestActions]:
    rig = RestRig(simulator)
    yield rig.actions
    rig.close()


def rig_with_customer() -> XmlRig:
    rig = XmlRig()
    rig.company.clock.set(rig.company.clock.now().replace(year=2026, month=11, day=22))
    post(rig, CUSTOMER, "customer")
    return rig


def with_row(description: str) -> SalesDocument:
    return replace(ORDER, subtotals=(Subtotal(description, usd("5.00"), AT),))


def test_subtotals_are_in_schema_order() -> None:
    check_legacy(create_sales_document(WITH_FREIGHT, base_currency="USD"))


def test_a_subtotal_is_part_of_the_total_that_sage_answers() -> None:
    rig = rig_with_customer()

    plain = post(rig, ORDER, "plain")
    made = post(rig, with_row("Freight"), "order")

    assert plain.total is not None
    assert made.total == plain.total + usd("5.00")


def test_a_row_that_the_definition_lacks_is_refused_in_words_that_reach_review() -> None:
    rig = rig_with_customer()

    with pytest.raises(RejectedError) as caught:
        post(rig, with_row("Insurance"), "order")

    assert "subtotal of 'Sales Order' 'Insurance'" in caught.value.findings[0].text
    assert rig.actions().find(WITH_FREIGHT) == []


def test_rest_does_not_drop_subtotals(rest: RestActions) -> None:
    assert rest.supports(ORDER)
    assert not rest.supports(WITH_FREIGHT)
    assert XmlRig().actions().supports(WITH_FREIGHT)
