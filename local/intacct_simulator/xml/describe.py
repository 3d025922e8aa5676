"""Functions that describe: lookup, inspect, dimensions, formatting, permissions (§9.7, §15)."""

from __future__ import annotations

from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.nodes import Node, make, put, show_truth, text_of
from local.intacct_simulator.xml.objects import registry
from local.intacct_simulator.xml.objects.company_objects import CUSTOM
from local.intacct_simulator.xml.objects.model import Field, Kind, XmlObject
from local.intacct_simulator.xml.query import find_object

_DIMENSIONS = {
    "DEPARTMENT": "Department",
    "LOCATION": "Location",
    "PROJECT": "Project",
    "CUSTOMER": "Customer",
    "ITEM": "Item",
    "CLASS": "Class",
    "WAREHOUSE": "Warehouse",
    "VENDOR": "Vendor",
    "EMPLOYEE": "Employee",
}
_RIGHTS = {"list": "List", "view": "View", "add": "Add", "edit": "Edit", "delete": "Delete"}
_ALL = {"listtype": "All", "count": "1"}


def lookup(call: Call) -> Outcome:
    """Describe an object's fields and relations, whatever the caller may do with it."""
    described = find_object(call, text_of(call.node, "object"))
    node = make("Type", Name=described.name, DocumentType=text_of(call.node, "docparid"))
    fields = put(node, "Fields")
    for field in described.fields.values():
        _lookup_field(fields, described, field)
    relations = put(node, "Relationships")
    for name, relation in described.relations.items():
        entry = put(relations, "Relationship")
        put(entry, "OBJECTPATH", name)
        put(entry, "OBJECTNAME", relation.object)
        put(entry, "LABEL")
        put(entry, "RELATIONSHIPTYPE", "MANY2ONE")
        put(entry, "RELATEDBY", _related_by(described, relation.path))
    return Outcome(rows=(node,), attributes=dict(_ALL))


def _lookup_field(fields: Node, described: XmlObject, field: Field) -> None:
    node = put(fields, "Field")
    put(node, "ID", field.name)
    put(node, "LABEL", _label(field))
    put(node, "DESCRIPTION")
    put(node, "REQUIRED", show_truth(_is_required(described, field)))
    put(node, "READONLY", show_truth(_is_read_only(field)))
    put(node, "DATATYPE", field.kind.value)
    put(node, "ISCUSTOM", show_truth(field.path.startswith(CUSTOM)))
    if field.kind is Kind.WORD:
        values = put(node, "VALIDVALUES")
        for label, _code in field.words.values():
            put(values, "VALIDVALUE", label)


def inspect(call: Call) -> Outcome:
    """Name an object's fields, with their properties when `detail` is 1; `*` lists all objects."""
    name = text_of(call.node, "object") or text_of(call.node, "name")
    if name == "*":
        rows = []
        own = [str(row["id"]) for row in call.books.store.rows("custom_object")]
        for known in (*registry.OBJECTS, *own):
            row = make("type", typename=known)
            row.text = known
            rows.append(row)
        return Outcome(rows=tuple(rows), attributes=dict(_ALL))
    described = find_object(call, name)
    node = make("Type", Name=described.name)
    fields = put(node, "Fields")
    for field in described.fields.values():
        if call.node.get("detail") == "1":
            _inspect_field(fields, described, field)
        else:
            put(fields, "Field", field.name)
    return Outcome(rows=(node,), attributes=dict(_ALL))


def _inspect_field(fields: Node, described: XmlObject, field: Field) -> None:
    node = put(fields, "Field")
    put(node, "Name", field.name)
    put(node, "GroupName")
    put(node, "dataName", field.kind.value)
    put(node, "externalDataName", field.kind.value.lower())
    put(node, "isRequired", show_truth(_is_required(described, field)))
    put(node, "isReadOnly", show_truth(_is_read_only(field)))
    put(node, "maxLength")
    put(node, "DisplayLabel", _label(field))
    put(node, "Description")
    put(node, "id")


def dimensions(call: Call) -> Outcome:
    """Name the dimensions of the company, its user-defined ones last."""
    node = make("dimensions")
    own = {row["id"]: row["label"] for row in call.books.find("custom_object", is_dimension=True)}
    for name, label in {**_DIMENSIONS, **own}.items():
        entry = put(node, "dimension")
        put(entry, "objectName", name)
        put(entry, "objectLabel", label)
        put(entry, "termLabel", label)
        put(entry, "userDefinedDimension", show_truth(name in own))
        put(entry, "enabledInGL", "true")
    return Outcome(rows=(node,))


def user_formatting(call: Call) -> Outcome:
    """Tell the formats of a user, by number, login or as the caller: US dates, 24 h, GMT (§10)."""
    key = text_of(call.node, "key")
    if key:
        user = call.books.get("user", int(key)) if key.isdecimal() else None
    else:
        user = call.company.user(text_of(call.node, "userId") or call.caller.user)
    if user is None:
        raise FunctionError(Fault("BL03000025", "There is no such login id."))
    node = make("userformatting")
    put(node, "recordno", str(user["key"]))
    put(node, "locale", "en_US.UTF-8")
    put(node, "dateformat", "/mdY")
    put(node, "gmtoffset", "+00:00")
    put(node, "clock", "24")
    return Outcome(rows=(node,))


def user_permissions(call: Call) -> Outcome:
    """Tell what a user may do, object by object, rights separated by bars (§15.2)."""
    login = text_of(call.node, "userId") or call.caller.user
    if call.company.user(login) is None:
        raise FunctionError(Fault("BL03000025", "There is no such login id."))
    node = make("permissions")
    application = put(node, "appSubscription")
    put(application, "applicationName", "Cartledger simulator")
    policies = put(application, "policies")
    for described in registry.OBJECTS.values():
        rights = [
            label
            for right, label in _RIGHTS.items()
            if call.company.permits(login, described.table, right)
        ]
        if rights:
            policy = put(policies, "policy")
            put(policy, "policyName", described.name)
            put(policy, "rights", "|".join(rights))
    return Outcome(rows=(node,))


def _label(field: Field) -> str:
    return field.name.replace("_", " ").replace(".", " ").capitalize()


def _is_read_only(field: Field) -> bool:
    return field.read_only or field.path.startswith("~")


def _is_required(described: XmlObject, field: Field) -> bool:
    return field.path.partition(".")[0] in TYPES[described.table].required


def _related_by(described: XmlObject, path: str) -> str:
    """The field that holds the key of the other end, where the object shows it."""
    for field in described.fields.values():
        if field.path == path:
            return field.name
    return ""
