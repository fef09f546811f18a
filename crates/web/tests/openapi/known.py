"""Has schemathesis ask about things that are there.

An id that is made up is nobody's, so most answers would be 404. Here three of four well-formed ids are
exchanged for one that exists, by their checksum, so that a request that is made again is the same.
What is not an id is left as it is: the malformed stays malformed.
"""

import json
import os
import re
import zlib

import hypothesis
import schemathesis
from schemathesis.generation.meta import TestPhase

# Schemathesis has the search lean towards requests that are accepted. That took two thirds of the whole time,
# in the search's own bookkeeping; ids that exist (below) do the same for nothing.
hypothesis.target = lambda *observed, **named: None

KNOWN = json.loads(os.environ["FERMATA_KNOWN"])
UUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
EFFECT = re.compile(r"^[0-9]{1,4}-[0-9]{1,18}$")
TOKEN = re.compile(r"^(waitpoint_)?[0-9a-z]{1,64}$")
# Which things a name in a path, a query or a body is about.
KINDS = {
    "account_id": "senders",
    "after": "prospects",
    "campaign_id": "campaigns",
    "node_id": "nodes",
    "nodeId": "nodes",
    "prospect_id": "prospects",
    "prospect_ids": "prospects",
    "permit_id": "permits",
    "sender_account_ids": "senders",
}
SHAPES = {"effects": EFFECT, "tokens": TOKEN}


def known(kind, text):
    """A thing that is there in place of a well-formed id."""
    things = KNOWN.get(kind)
    if not things or not isinstance(text, str) or not SHAPES.get(kind, UUID).match(text):
        return text
    number = zlib.crc32(text.encode())
    return text if number % 4 == 0 else things[number // 4 % len(things)]


def replaced(value, kind=None):
    """A body with things that are there, by the names of its fields."""
    if isinstance(value, dict):
        return {name: replaced(inner, KINDS.get(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, kind) for inner in value]
    return known(kind, value) if kind else value


def kind_in_path(path, name):
    """`/campaigns/{id}` is about campaigns, `/prospects/{pid}` about prospects."""
    before = path.split("{" + name + "}")[0]
    return before.rstrip("/").rsplit("/", 1)[-1]


def soon(headers):
    """Nobody is kept waiting for longer than a second."""
    for name in list(headers or {}):
        if name.lower() == "prefer" and isinstance(headers[name], str):
            headers[name] = re.sub(r"wait=[0-9]+", "wait=1", headers[name])
        # A stream that goes on behind its last message may have nothing to tell for long.
        if name.lower() == "last-event-id" and re.fullmatch(r"[0-9]{1,18}", str(headers[name])):
            headers[name] = "0"


# Parameters after which an answer says nothing about what is there now: a dry run deletes and creates
# nothing, and the past of a campaign outlives it.
NOT_OF_NOW = {
    "dry_run": re.compile(r"true|false", re.IGNORECASE),
    "version": re.compile(r"[0-9]+"),
    "at": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.+"),
}


def of_now(case):
    """In the stateful phase every step is done, and asks about the present.

    That phase concludes from one answer what the next must be. The other phases try these parameters.
    Malformed values stay: they must be refused.
    """
    if case.meta is None or case.meta.phase.name is not TestPhase.STATEFUL or not case.query:
        return
    for name, form in NOT_OF_NOW.items():
        if form.fullmatch(str(case.query.get(name))):
            case.query.pop(name)


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    of_now(case)
    soon(case.headers)
    if "hash" in (case.path_parameters or {}) and zlib.crc32(repr(case.body).encode()) % 2:
        case.path_parameters.update(KNOWN["callback"])
        return
    for name in list(case.path_parameters or {}):
        value = case.path_parameters[name]
        case.path_parameters[name] = known(kind_in_path(path, name), value)
    # What is out of range stays so.
    wait = (case.query or {}).get("wait")
    if re.fullmatch(r"[1-9]|[1-5][0-9]|60", str(wait)):
        # A number stays one: a text would count as malformed.
        case.query["wait"] = type(wait)(0)
    for name in list(case.query or {}):
        case.query[name] = known(KINDS.get(name), case.query[name])
    if isinstance(case.body, (dict, list)):
        case.body = replaced(case.body)
