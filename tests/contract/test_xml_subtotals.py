"""Sales documents with subtotals: XML says them, REST leaves them to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from intacct.documents import Dimensions, Subtotal
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


def test_subtotals_are_in_schema_order() -> None:
    check_legacy(create_sales_document(WITH_FREIGHT, base_currency="USD"))


def test_a_company_without_subtotals_refuses_them_in_words_that_reach_review() -> None:
    rig = XmlRig()
    rig.company.clock.set(rig.company.clock.now().replace(year=2026, month=11, day=22))
    post(rig, CUSTOMER, "customer")

    with pytest.raises(RejectedError) as caught:
        post(rig, replace(WITH_FREIGHT, subtotals=(Subtotal("Freight", usd("5.00"), AT),)), "order")

    assert "subtotals" in caught.value.findings[0].text
    assert rig.actions().find(WITH_FREIGHT) == []


def test_rest_does_not_drop_subtotals(rest: RestActions) -> None:
    assert rest.supports(ORDER)
    assert not rest.supports(WITH_FREIGHT)
    assert XmlRig().actions().supports(WITH_FREIGHT)
