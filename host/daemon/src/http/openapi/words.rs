//! What a table cannot say: prose, headers, how a request is signed.

use serde_json::{Value, json};

pub(super) const SERVICE_LISTENER: &str = "The service listener, a Unix socket (`service-listen`): requests need no signature there. What stands before the path does not matter.";

pub(super) const ABOUT: &str = "\
Invites, accounts, spaces, and the questions that services ask. Whoever wants to look first: `GET /.well-known/doorward`.

**Spellings.** Keys are 64 hexadecimal digits, ids 32, signatures 128; bytes are base64url without padding; times are RFC 3339. \
Requests are read strictly: unknown fields, fields given twice and bodies where there is nothing to say are refused. Answers may \
get further fields in later releases: ignore those you do not know.

**Refusals** are `application/problem+json` (RFC 9457). `type` is a path that explains the code, `code` is stable, `rule` is the \
row of the decision table that answered. `x-problems` lists every type there is. Each operation names the codes it can answer; \
a code that you do not know is a *no*. Answers with 429 and 503 say in `Retry-After` when to come back. Besides, whatever the \
operation: 405 for a method that a path does not have (`Allow` lists those it has), 404 for a path that is not here, and 400 for \
what is not HTTP.

**Pages.** Every list takes `limit` (at most 1,000) and `after`, is in a fixed order, and says in `next` how it goes on; `null` \
there means that this was all.

**Asking twice is asking once.** The nonce of a signature is the id of the request: a repeated write gets the first answer \
again, for 15 minutes. After `outcome-unknown`, repeat the same bytes.

**Request ids.** Every answer has an `X-Request-Id`, made here; the server's log has the same id on every line about that request.";

const SIGNATURE: &str = "\
HTTP Message Signatures (RFC 9421), as a profile in which nothing is optional. \
`Signature-Input` is, byte for byte, `doorward=(\"@method\" \"@target-uri\" \"content-digest\");created=<seconds>;\
nonce=\"<32 hexadecimal digits>\";keyid=\"<public key, 64 digits>\";tag=\"doorward\"`, where `\"content-digest\"` is covered by \
POST, PUT, PATCH and DELETE, with an empty body too, and by nothing else. `@target-uri` is this server's public URL and the \
path with its query, as sent. `created` is within 300 seconds of the server's clock. `alg` is left out.";

/// Groups, in the order of the table.
pub(super) fn tags() -> Value {
    json!([
        { "name": "place", "description": "What anyone may know of this server." },
        { "name": "questions", "description": "What services ask, and why." },
        { "name": "invites", "description": "Making and keeping invites; and, for whoever holds one, looking and coming in." },
        { "name": "accounts", "description": "Who is here." },
        { "name": "spaces", "description": "A place and its members: who may come in, as what, and who may not. `server` names the server's own." },
        { "name": "history", "description": "What was decided, and why." },
    ])
}

/// Headers of answers.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "Names this request in the server's log. Made by the server; what a client sends under this name is not looked at.",
            "required": true,
            "schema": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
        },
        "CacheControl": {
            "description": "Nothing is to be kept, but for pages.",
            "required": true,
            "schema": { "type": "string" },
        },
        "RetryAfter": {
            "description": "After how many seconds the same request is welcome again.",
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}

/// A signature takes two headers or three, each a scheme, all of them required together.
pub(super) fn security_schemes() -> Value {
    json!({
        "signatureInput": { "type": "apiKey", "in": "header", "name": "Signature-Input", "description": SIGNATURE },
        "signature": {
            "type": "apiKey", "in": "header", "name": "Signature",
            "description": "`doorward=:<base64>:`, an Ed25519 signature over the byte 0xFF, `doorward/http/v1`, a zero byte, and the signature base of RFC 9421, section 2.5. A signature over the bare base is refused.",
        },
        "contentDigest": {
            "type": "apiKey", "in": "header", "name": "Content-Digest",
            "description": "RFC 9530: `sha-256=:<base64>:` of the body, with POST, PUT, PATCH and DELETE; of an empty body too.",
        },
    })
}
