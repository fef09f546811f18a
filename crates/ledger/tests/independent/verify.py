"""Verifies a checkpoint and proofs with programs of others.

Usage: verify.py <directory>

The directory has `key`, `checkpoint`, `older` (a checkpoint), `consistency` (the hashes that show that the
one begins with the other), `proof` (a proof file) and `events.jsonl` (an export). Signatures and
inclusion are checked by sigstore, which verifies the transparency log of the Python package index;
consistency is checked by pymerkle, which also builds the whole tree anew. The encoding of an event is
written here as docs/AUDIT.md has it, and nowhere else outside of Fermata.
"""

import base64
import json
import re
import struct
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.exceptions import InvalidSignature
from pymerkle import ConsistencyProof, InmemoryTree, InvalidProof, verify_consistency
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore.errors import VerificationError

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Keyring:
    """What sigstore asks for a signature: by the public key of the ledger."""

    def __init__(self, text):
        name, number, encoded = text.strip().split("+", 2)
        kind_and_key = base64.b64decode(encoded)
        assert kind_and_key[0] == 1, "Ed25519"
        self.name, self.key_id = name, bytes.fromhex(number)
        self.key = Ed25519PublicKey.from_public_bytes(kind_and_key[1:])

    def verify(self, *, key_id, signature, data):
        try:
            self.key.verify(signature, data)
        except InvalidSignature as error:
            raise VerificationError("the signature does not hold") from error


def encoded(event):
    """The bytes of an event that are hashed."""
    text = re.sub(r"Z$", "+00:00", event["recorded_at"])
    since = datetime.fromisoformat(text) - EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    fields = [
        struct.pack(">h", event["journal"]),
        struct.pack(">q", event["position"]),
        UUID(event["campaign_id"]).bytes,
        struct.pack(">q", event["version"]),
        UUID(event["event_id"]).bytes,
        event["type"].encode(),
        struct.pack(">h", event["schema_version"]),
        struct.pack(">q", micros),
        event["payload"].encode(),
        event["metadata"].encode(),
    ]
    return b"fermata.event.v1" + b"".join(struct.pack(">I", len(f)) + f for f in fields)


def opened(text, keyring):
    """A signed checkpoint whose signature sigstore believes."""
    signed = SignedCheckpoint.from_text(text)
    signed.signed_note.verify(keyring, keyring.key_id)
    return signed.checkpoint


def included(proof, keyring):
    """The proof's event is in the tree of its checkpoint, as sigstore sees it."""
    checkpoint = opened(proof["checkpoint"], keyring)
    inner = SimpleNamespace(
        inclusion_proof=SimpleNamespace(
            log_index=proof["event"]["position"] - 1,
            tree_size=checkpoint.log_size,
            root_hash=bytes.fromhex(checkpoint.log_hash),
            hashes=[base64.b64decode(text) for text in proof["inclusion"]],
        ),
        canonicalized_body=encoded(proof["event"]),
    )
    verify_merkle_inclusion(SimpleNamespace(_inner=inner))


def continued(older, latest, hashes):
    """The latest tree begins with the older one, as pymerkle sees it, which is given the two checkpoints
    and the hashes, and no events.

    It puts the hashes of RFC 6962, section 2.1.2, into an order of its own: where the older tree has an odd
    size, the first two change places. Which way each is hashed follows from the sizes alone; pymerkle
    works that out once more and refuses anything else.
    """
    blank = InmemoryTree(algorithm="sha256")
    for _ in range(latest.log_size):
        blank.append_entry(b"")
    form = blank.prove_consistency(older.log_size, latest.log_size)
    first, second, *rest = hashes
    proof = ConsistencyProof(
        algorithm=form.algorithm,
        security=form.security,
        size=form.size,
        prior_size=form.prior_size,
        rule=form.rule,
        subset=form.subset,
        path=[second, first, *rest],
    )
    roots = [bytes.fromhex(checkpoint.log_hash) for checkpoint in (older, latest)]
    sizes = {"prior_size": older.log_size, "later_size": latest.log_size}
    verify_consistency(*roots, proof, algorithm="sha256", **sizes)


def refused(what, question):
    try:
        question()
    except (VerificationError, InvalidProof, ValueError):
        return
    sys.exit(f"{what} was believed")


def main(directory):
    keyring = Keyring((directory / "key").read_text())
    latest = opened((directory / "checkpoint").read_text(), keyring)
    older = opened((directory / "older").read_text(), keyring)

    tree = InmemoryTree(algorithm="sha256")
    for line in (directory / "events.jsonl").read_text().splitlines():
        tree.append_entry(encoded(json.loads(line)))
    assert tree.get_size() == latest.log_size, "as many events as were signed"
    assert tree.get_state().hex() == latest.log_hash, "the root of the whole"
    assert tree.get_state(older.log_size).hex() == older.log_hash, "the root of the older tree"

    hashes = [base64.b64decode(text) for text in json.loads((directory / "consistency").read_text())]
    continued(older, latest, hashes)
    for index in range(len(hashes)):
        other = [*hashes[:index], bytes(32), *hashes[index + 1 :]]
        refused("a changed proof of consistency", lambda: continued(older, latest, other))
    shifted = SimpleNamespace(log_size=older.log_size, log_hash=latest.log_hash)
    refused("a proof of another tree", lambda: continued(shifted, latest, hashes))

    proof = json.loads((directory / "proof").read_text())
    included(proof, keyring)

    changed = json.loads(json.dumps(proof))
    changed["event"]["payload"] += " "
    refused("a changed event", lambda: included(changed, keyring))
    forged = proof["checkpoint"].replace(f"\n{latest.log_size}\n", f"\n{latest.log_size + 1}\n")
    refused("a changed checkpoint", lambda: opened(forged, keyring))
    print(f"{latest.origin}: {latest.log_size} events, the proof of {proof['event']['position']} holds")
    print(f"it begins with the first {older.log_size}")


main(Path(sys.argv[1]))
