"""What the OpenAPI document says in formats of its own, as values; and what a schema cannot say."""

import base64
import json
import os

import schemathesis
from hypothesis import strategies as st

POSITION = os.environ["RAPPORT_POSITION"]  # of the log that the run works on
LOG = POSITION.split(".")[0]
PAGE_KEY, PAGE_ORIGIN = os.environ["RAPPORT_PAGE_KEY"], "https://shop.example"
OWN_KEY = os.environ["RAPPORT_KEY"].split("_")[1]
TIMES = ["2020-09-09T10:01:36.000Z", "2026-01-01T00:00:00Z", "1999-12-31T23:59:59.999+02:00"]
RECORDS = [f"{LOG}.0-1", f"{LOG}.0-17", f"{LOG}.0-123"]
WORDS = ["ada", "Zoë Müller", "a.b@mail.example", "+47 912 34 567", "vip", "x" * 256]
PAGE_EVENT = {"id": "0123456789abcdef" * 2, "type": "page.viewed", "data": {"url": PAGE_ORIGIN}}
PAGE_MESSAGE = {"key": PAGE_KEY, "visitor": "fedcba9876543210" * 2, "events": [PAGE_EVENT]}


def cursor(size):
    return st.binary(min_size=size, max_size=size).map(lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


FORMATS = {
    "date-time": st.sampled_from(TIMES),
    "position": st.just(POSITION),
    "record-position": st.sampled_from(RECORDS),
    "moment": st.sampled_from([POSITION, "v0", *TIMES]),
    "list-moment": st.sampled_from([POSITION, *TIMES]),
    "contact-subject": st.one_of(
        st.integers(1, 500).map(lambda number: f"contact/{number}"),
        st.from_regex(r"\Aidentity/[a-z]{1,8}:[A-Za-z0-9@.]{1,20}\Z"),
    ),
    "company-subject": st.integers(1, 500).map(lambda number: f"company/{number}"),
    "search": st.sampled_from(WORDS),
    "where": st.sampled_from(
        ["id|gt|1", "name|cont|a", r"fields.city|in|Oslo,New York\, NY", "tags|notnull", "archive|eq|no",
         "dateCreated|between|2020-01-01,2030-01-01", "counters.visits|lte|3", "fields.plan|isnull"]
    ),
    "company-where": st.sampled_from(["id|eq|12", "fields.industry|eq|IT", r"fields.name|eq|a\|b"]),
    "case-where": st.sampled_from(["id|eq|c-1", "contactId|eq|3", "status|eq|closed", "userId|eq|7", "channel|eq|web"]),
    "order": st.sampled_from(["id", "lastSeen|desc", "fields.city,ASC", "name|asc"]),
    "contact-cursor": cursor(32),
    "timeline-cursor": cursor(16),
    "company-cursor": cursor(8),
    "parked-cursor": cursor(12),
    "origin": st.sampled_from([PAGE_ORIGIN, "https://shop.example:8443", "http://127.0.0.1:8080", "http://[::1]:8080"]),
    "page-message": st.just(json.dumps(PAGE_MESSAGE)),
    "backup-directory": st.from_regex(r"\A[a-z]{1,8}(/[a-z]{1,8})?\Z"),
}
for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)


# Header fields that many operations have, and all treat alike.
ALIKE = {"Rapport-Request-Id", "traceparent", "Rapport-After", "Rapport-Wait"}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """What a bounded run leaves out because another operation or media type of it does the same."""
    if os.environ.get("RAPPORT_FUZZ") == "long":
        return
    paths = raw_schema["paths"]
    for path in paths.keys() - {"/v1/status"}:
        for operation in paths[path].values():
            parameters = operation if isinstance(operation, list) else operation.get("parameters", [])
            parameters[:] = [one for one in parameters if one.get("$ref", "").rpartition("/")[2] not in ALIKE]
    event = paths["/v1/events"]["post"]["requestBody"]["content"]
    del event["application/json"]  # as application/cloudevents+json
    event["application/cloudevents-batch+json"]["schema"]["items"] = {}  # as one event; a batch takes anything else, too
    del paths["/v1/channel"]["post"]["requestBody"]["content"]["text/plain"]  # as application/json
    del paths["/v1/parked/{id}/retry"]["post"]["requestBody"]  # an event again; and no record is parked


def sent(value):
    """Of what fits the schema, what is taken. 34.0 and any number of digits are integers to JSON Schema: Rapport takes
    34, and 64 bits. A time may not be ahead of now."""
    if isinstance(value, dict):
        return {name: sent(member) for name, member in value.items()}
    if isinstance(value, list):
        return [sent(element) for element in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        return 0
    return TIMES[0] if isinstance(value, str) and value[10:11] == "T" and value > TIMES[1] else value


def others(ids, own):
    """A contact is not merged into itself."""
    listed = ids if isinstance(ids, list) else [ids]
    other = [int(one) + 1 if int(one) == int(own) else one for one in listed]
    return other if isinstance(ids, list) else other[0]


@schemathesis.hook
def before_call(context, case, kwargs):
    label = case.operation.label
    query, path = case.query or {}, case.path_parameters or {}
    # The key that the run works with is not to be revoked.
    if label == "DELETE /v1/keys/{id}" and path.get("id") == OWN_KEY:
        case.path_parameters = {"id": "another"}
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # What a schema cannot say of a request that is meant to fit.
    if query.get("wait") == "durable" and "If-Match" in (case.headers or {}):
        case.headers = {name: value for name, value in case.headers.items() if name != "If-Match"}
    # An engine in no group has no members.
    if "/rebuilds" in label and "member" in query:
        case.query = {name: value for name, value in query.items() if name != "member"}
    if isinstance(case.body, (dict, list)):
        case.body = sent(case.body)
    body = case.body
    if not isinstance(body, dict):
        return
    if label == "POST /v1/channel" and "key" in body:
        case.body = {**body, "key": PAGE_KEY}
        case.headers = {**(case.headers or {}), "Origin": PAGE_ORIGIN}
    if label == "POST /v1/keys" and "expires" in body:
        case.body = {**body, "expires": "2999-01-01T00:00:00Z"}
    if label == "POST /api/v1/crm/contact/merge/{id}" and "mergeId" in body:
        case.body = {**body, "mergeId": others(body["mergeId"], path["id"])}
    if label == "POST /v1/contacts/{id}/merge" and "into" in body:
        case.body = {**body, "into": others(body["into"], path["id"])}
    if label == "POST /api/v1/crm/contact/list" and body.get("page", 0) > 18:
        case.body = {**body, "page": body["page"] % 19}  # with any limit up to row 10000
    if "object-field" in label and "object" in body:
        case.body = {**body, "object": "case"}  # one of contacts may be required of all that are written later on


# That API has no 409: a name that is taken and a contact that is merged already are 400, which no status tells apart.
# And what no schema says of two parameters together.
STATES = ("ERROR_DUPLICATE_RECORD_FOUND", "is merged into", "are missing: a value must be one of them",
          "do not go with as_of")


@schemathesis.check
def compatible_state(ctx, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    if case.operation.path.startswith("/api/v1/crm/"):
        assert any(state in response.text for state in STATES), f"Valid data was refused: {response.text}"
