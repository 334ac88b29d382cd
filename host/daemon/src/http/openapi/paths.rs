//! Paths and their operations.

use doorward_core::Code;
use doorward_core::view::Problem;
use serde_json::{Map, Value, json};

use super::codes::refusals;
use super::schemas::Schemas;
use crate::http::door::Side;
use crate::http::operation::{Operation, Who};
use crate::http::status::retry_after;

/// Requests and answers as a running server was seen to get and give them; `tests/tests/api.rs` makes them and holds
/// them to what it sees today.
const EXAMPLES: &str = include_str!("examples.json");

pub(super) fn paths<'a>(operations: impl Iterator<Item = &'a Operation>, side: Side, schemas: &mut Schemas) -> Value {
    // Our own file, which a test reads.
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = describe(operation, side, schemas, &examples[operation.id]);
    }
    paths.into()
}

fn describe(operation: &Operation, side: Side, schemas: &mut Schemas, example: &Value) -> Value {
    let Operation { facts, id, who, title, text, path, .. } = operation;
    let mut parameters = Vec::new();
    let mut taken = Vec::new();
    for (name, schema) in names_in(path).zip(&facts.path) {
        let schema = schemas.of_request(*schema);
        taken.push(schema.clone());
        let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": schema });
        with_example(&mut parameter, &example["path"][name]);
        parameters.push(parameter);
    }
    if let Some(query) = facts.query {
        let query = schemas.of_request(query);
        parameters.extend(query_parameters(&query));
        taken.push(query);
    }
    let mut described = json!({
        "operationId": id,
        "tags": [tag_of(path)],
        "summary": title,
        "description": text,
        "parameters": parameters,
        "security": security(*who, side, operation.method),
        "responses": {},
    });
    if let Some(body) = facts.body {
        let schema = schemas.of_request(body);
        taken.push(schema.clone());
        let mut content = json!({ "schema": schema });
        with_example(&mut content, &example["request"]);
        described["requestBody"] = json!({ "required": true, "content": { "application/json": content } });
    }
    for given in &facts.answers {
        let mut content = given
            .schema
            .map_or(json!({ "schema": { "type": "string" } }), |schema| json!({ "schema": schemas.of_answer(schema) }));
        with_example(&mut content, &example["answers"][given.status.as_str()]);
        // Without parameters, as clients compare it.
        let content_type = given.content_type.split(';').next().unwrap_or_default();
        described["responses"][given.status.as_str()] = json!({
            "description": given.text,
            "headers": headers(false),
            "content": { content_type: content },
        });
    }
    if facts.refuses {
        for (status, codes) in refusals(operation, &taken, schemas) {
            described["responses"][status.to_string()] = refusal(status, &codes, schemas);
        }
    }
    described
}

/// What is between braces.
fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0))
}

fn with_example(of: &mut Value, example: &Value) {
    if !example.is_null() {
        of["example"] = example.clone();
    }
}

/// What operations are sorted by: the noun in their path.
fn tag_of(path: &str) -> &str {
    match path.trim_start_matches("/v1/").split('/').next() {
        Some("invites") => "invites",
        Some("accounts") => "accounts",
        Some("spaces") => "spaces",
        Some("authorized" | "has-admin" | "can") => "questions",
        Some("audit") => "history",
        Some(_) | None => "place",
    }
}

fn query_parameters(query: &Value) -> Vec<Value> {
    let required = |name: &str| query["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name));
    let fields = query["properties"].as_object().into_iter().flatten();
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let text = schema.as_object_mut().and_then(|fields| fields.remove("description"));
        json!({ "name": name, "in": "query", "required": required(name), "description": text, "schema": without_null(schema) })
    };
    fields.map(parameter).collect()
}

/// In a URL nothing is `null`: what is not meant is left out.
fn without_null(mut schema: Value) -> Value {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [one] = kinds.as_slice() {
            schema["type"] = one.clone();
        }
    }
    let either = schema.get("anyOf").and_then(Value::as_array);
    either.and_then(|kinds| kinds.iter().find(|kind| kind["type"] != "null").cloned()).unwrap_or(schema)
}

/// The headers of a signature: what RFC 9530 adds goes with every method that may have a body.
fn security(who: Who, side: Side, method: &str) -> Value {
    let signed = if method == "GET" {
        json!({ "signatureInput": [], "signature": [] })
    } else {
        json!({ "signatureInput": [], "signature": [], "contentDigest": [] })
    };
    match (who, side) {
        (Who::Account | Who::Newcomer, _) | (Who::Service, Side::Public) => json!([signed]),
        (Who::Service, Side::Service) => json!([{}, signed]),
        (Who::Anyone | Who::Holder, _) => json!([]),
    }
}

fn headers(may_be_repeated: bool) -> Value {
    let mut headers = json!({
        "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
        "Cache-Control": { "$ref": "#/components/headers/CacheControl" },
    });
    if may_be_repeated {
        headers["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" });
    }
    headers
}

/// One status, with the codes that go with it, each with an example.
fn refusal(status: u16, codes: &[Code], schemas: &mut Schemas) -> Value {
    let problem = schemas.of_answer(|generator| generator.subschema_for::<Problem>());
    let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
    let lines: Vec<String> = codes.iter().map(|code| format!("- `{code}`: {}", code.text())).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| (code.name().to_owned(), json!({ "summary": code.text(), "value": Problem::new(*code, status) })))
        .collect();
    let schema = json!({
        "allOf": [problem, { "type": "object", "properties": { "status": { "const": status }, "code": { "enum": names } } }],
    });
    json!({
        "description": lines.join("\n"),
        "headers": headers(codes.iter().all(|code| retry_after(*code).is_some())),
        "content": { "application/problem+json": { "schema": schema, "examples": examples } },
    })
}
