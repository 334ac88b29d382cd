"""What schemathesis has to know of Doorward: how requests are signed (RFC 9421, our profile), and bodies whose proofs
hold, so that it gets past the door and reaches what is behind it. Written from the specification, apart from the Rust
and JavaScript of this repository; `DOORWARD_FUZZ` says whom to be."""

import base64
import hashlib
import json
import os
import random
import time

import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from requests.auth import AuthBase
from schemathesis import GenerationMode

WORLD = json.loads(os.environ["DOORWARD_FUZZ"])
SERVER = bytes.fromhex(WORLD["server"])
DICE = random.Random(WORLD["seed"])


def statement(domain: str, payload: bytes) -> bytes:
    """The bytes that are signed: text can never begin like this."""
    return b"\xff" + f"doorward/{domain}/v1".encode() + b"\0" + payload


class Key:
    def __init__(self, seed: bytes):
        self.secret = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, domain: str, payload: bytes) -> bytes:
        return self.secret.sign(statement(domain, payload))


OWNER, MEMBER = (Key(bytes.fromhex(WORLD[who])) for who in ("owner", "member"))


def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_headers(key: Key, method: str, path: str, body: bytes, created: int) -> dict:
    covered, headers, base = '"@method" "@target-uri"', {}, f'"@method": {method}\n"@target-uri": {WORLD["public_url"]}{path}\n'
    if method in ("POST", "PUT", "PATCH", "DELETE"):
        headers["Content-Digest"] = content_digest(body)
        covered, base = covered + ' "content-digest"', base + f'"content-digest": {headers["Content-Digest"]}\n'
    nonce = DICE.randbytes(16).hex()
    params = f'({covered});created={created};nonce="{nonce}";keyid="{key.public.hex()}";tag="doorward"'
    signature = key.sign("http", (base + f'"@signature-params": {params}').encode())
    headers["Signature-Input"] = f"doorward={params}"
    headers["Signature"] = f"doorward=:{base64.b64encode(signature).decode()}:"
    return headers


class Signed(AuthBase):
    """Signs what is really sent: mostly as the owner, sometimes as a member, too late, wrongly, or not at all."""

    def __call__(self, request):
        # Wherever it comes from, no two requests share a limit on guesses.
        request.headers["X-Forwarded-For"] = f"203.0.{DICE.randrange(256)}.{DICE.randrange(256)}"
        how = DICE.random()
        if WORLD["unsigned"] or how < 0.05:
            return request
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        key = MEMBER if how < 0.15 else OWNER
        created = int(time.time()) - (301 if how > 0.98 else 0)
        request.headers.update(signature_headers(key, request.method, request.path_url, body, created))
        if 0.96 < how < 0.98:
            request.headers["Signature"] = request.headers["Signature"].replace("A", "B", 1)
        return request


schemathesis.auth.set_from_requests(Signed())


def text(value: str) -> bytes:
    encoded = value.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def some(*choices):
    return DICE.choice(choices)


def mint() -> dict:
    """Claims of every kind, signed by both keys."""
    invite = Key(DICE.randbytes(32))
    invite_id = hashlib.sha256(b"doorward/invite-id/v1\0" + invite.public).digest()[:16]
    expires = some((1 << 40) - 1, int(time.time()) + some(-1, 1, 60, 86_400, 7 * 86_400, 10**8))
    tags = some([], ["a"], ["on-call", "b"], ["A"], ["a"] * 2, [f"t{n}" for n in range(11)])
    claims = b"\1" + SERVER + invite_id + invite.public + bytes(16)
    claims += bytes([some(0, 0, 1, 2, 3)]) + some(0, 1, 10, 11, 2**32 - 1).to_bytes(4, "big") + expires.to_bytes(5, "big")
    claims += text(some("", "Willkommen", "x" * 281, " padded", "a\u202eb")) + bytes(2)
    claims += len(tags).to_bytes(2, "big") + b"".join(map(text, tags))
    claims += OWNER.public + bytes.fromhex(WORLD["incarnation"]) + some(0, 0, 0, 1).to_bytes(4, "big") + text(some("Ada", ""))
    return {
        "claims": base64.urlsafe_b64encode(claims).rstrip(b"=").decode(),
        "issuer_signature": OWNER.sign("claims", claims).hex(),
        "invite_signature": invite.sign("claims", claims).hex(),
        "label": some("", "for Cyd", "x" * 121),
    }


def invite_key(invite: dict) -> Key:
    """The key that a link's token stands for."""
    return Key(HKDF(SHA256(), 32, b"doorward/invite/v1", b"").derive(bytes.fromhex(invite["token"])))


def preview(invite: dict) -> dict:
    key, created = invite_key(invite), int(time.time()) - some(0, 0, 0, 301)
    proof = key.sign("preview", SERVER + bytes.fromhex(invite["id"]) + created.to_bytes(8, "big"))
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(created))
    return {"invite_key": key.public.hex(), "created": stamp, "signature": proof.hex()}


def redeem(invite: dict) -> dict:
    key, account, kex = invite_key(invite), Key(DICE.randbytes(32)), b"\x09" + DICE.randbytes(30) + b"\0"
    payload = SERVER + bytes.fromhex(invite["id"]) + bytes.fromhex(invite["claims_digest"]) + account.public + kex
    payload += text(some("Bo", "Žofie", "", "x" * 65)) + DICE.randbytes(16)
    payload += (int(time.time()) - some(0, 0, 0, 301)).to_bytes(8, "big")
    return {
        "invite_key": key.public.hex(),
        "statement": base64.urlsafe_b64encode(payload).rstrip(b"=").decode(),
        "invite_signature": key.sign("redeem", payload).hex(),
        "account_signature": account.sign("redeem", payload).hex(),
        "binding": account.sign("account", SERVER + account.public + kex).hex(),
    }


@schemathesis.hook
def before_call(context, case, kwargs):
    """Half of the time, what is there in place of what chance made up: ids, keys, bodies whose proofs hold. What is wrong
    on purpose stays as it is."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or DICE.random() < 0.5:
        return
    for name, known in (("id", WORLD["invites"]), ("key", WORLD["accounts"])):
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = DICE.choice(known)["id"]
    name = case.operation.definition.raw.get("operationId")
    if case.operation.path.startswith("/v1/spaces/"):
        # Whoever deletes the network leaves the others with none.
        case.path_parameters["id"] = "server" if name == "delete-space" else DICE.choice(WORLD["spaces"])
    if name == "mint-invite":
        case.body = mint()
    elif name in ("preview-invite", "redeem-invite"):
        invite = DICE.choice(WORLD["invites"])
        case.path_parameters["id"] = invite["id"]
        case.body = preview(invite) if name == "preview-invite" else redeem(invite)
    elif name == "join-space":
        kex = b"\x09" + DICE.randbytes(30) + b"\0"
        # Signed by whoever asks: mostly the owner, who is in already.
        binding = OWNER.sign("account", SERVER + OWNER.public + kex)
        case.body = {"kex_key": kex.hex(), "handle": some("Ada", "", "x" * 65), "binding": binding.hex()}
    elif name == "transfer-space":
        # Only an owner gets far behind the door.
        case.path_parameters["key"] = OWNER.public.hex()
    elif name == "register-account":
        case.body = {"sign_key": Key(DICE.randbytes(32)).public.hex(), "kex_key": "09" * 31 + "00", "handle": some("Cyd", "", "x" * 65)}
