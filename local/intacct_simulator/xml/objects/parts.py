"""What objects of several modules have in common: dimensions, rates, contacts, small masters."""

from __future__ import annotations

from local.intacct_simulator.xml.objects import words
from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import Relation, XmlObject, empty, fields

# WHENCREATED of a document is its date, chosen by the user (§11.1); AUWHENCREATED is the true one.
DOCUMENT_AUDIT = AUDIT.replace("WHENCREATED    created_at   at\n", "", 1)
DIMENSIONS = """
LOCATIONID     location.id
LOCATIONNAME   location.name
LOCATIONKEY    location int
DEPARTMENTID   department.id
DEPARTMENTNAME department.name
DEPARTMENTKEY  department int
CLASSID        class.id
CLASSNAME      class.name
CLASSDIMKEY    class int
CUSTOMERID     customer.id
CUSTOMERNAME   customer.name
CUSTOMERDIMKEY customer int
ITEMID         item.id
ITEMNAME       item.name
ITEMDIMKEY     item int
PROJECTID      project.id
PROJECTNAME    project.name
PROJECTDIMKEY  project int
WAREHOUSEID    warehouse.id
VENDORID       vendor.id
VENDORNAME     vendor.name
VENDORDIMKEY   vendor int
EMPLOYEEID     employee.id
EMPLOYEENAME   employee.name
EMPLOYEEDIMKEY employee int
TASKID         task.id
COSTTYPEID     cost_type.id
"""
DIMENSIONS_EMPTY = "CONTRACTID"
RATES = """
BASECURR         base_currency
CURRENCY         currency
EXCH_RATE_DATE   exchange_rate_date day
EXCH_RATE_TYPE_ID exchange_rate_type
EXCHANGE_RATE    exchange_rate num
"""
CONTACTS = {
    "CONTACT": Relation("CONTACT", "customer.contact_default"),
    "BILLTO": Relation("CONTACT", "contact_bill_to"),
    "SHIPTO": Relation("CONTACT", "contact_ship_to"),
    "CUSTOMER": Relation("CUSTOMER", "customer"),
}


def listed(name: str, table: str, id_field: str, text: str, *, known: str = "") -> XmlObject:
    """Give an object of an id, a status and a few fields; those of `known` are always empty."""
    own = f"RECORDNO key int\n{id_field} id\nSTATUS status status\n{text}\n{AUDIT}"
    shown = fields(own, {"status": words.STATUS}) | empty(known)
    return XmlObject(name, table, shown, id_field=id_field)
