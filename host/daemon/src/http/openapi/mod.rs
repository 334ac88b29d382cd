//! `GET /v1/openapi.json`: the API, described (OpenAPI 3.1) from what makes it: operations from the [table](super::table)
//! that the router is made from, what each takes and gives from its handler's signature, schemas from the types that are
//! read and written, codes from the core's decision tables, statuses from [`status`](super::status).
//!
//! It is made when somebody asks for it first, so a start does not wait for it.

mod codes;
mod paths;
mod schemas;
mod words;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use doorward_core::Code;
use serde_json::{Value, json};

use self::schemas::Schemas;
use super::door::{Door, Side};
use super::operation::{Facts, Given, Gives};
use super::status::status_of;
use super::table;

/// The description of a listener's API.
pub(crate) struct Description(Bytes);

impl IntoResponse for Description {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

impl Gives for Description {
    fn tell(facts: &mut Facts) {
        facts.answers.push(Given::json::<serde_json::Map<String, Value>>(axum::http::StatusCode::OK, "An OpenAPI 3.1 document."));
    }
}

/// What is served here.
pub(crate) async fn show(State(door): State<Door>) -> Description {
    let made = door.description.get_or_init(|| document(door.side, door.public_url.as_str()).to_string().into());
    Description(made.clone())
}

fn document(side: Side, public_url: &str) -> Value {
    let mut schemas = Schemas::new();
    let operations = table::operations();
    let paths = paths::paths(operations.iter().filter(|operation| operation.is_on(side)), side, &mut schemas);
    let server = match side {
        Side::Public => json!({ "url": public_url }),
        Side::Service => json!({ "url": "http://door", "description": words::SERVICE_LISTENER }),
    };
    let mut document = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Doorward",
            "summary": "Decides who may be here, and how they get in",
            "description": words::ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [server],
        "tags": words::tags(),
        "paths": paths,
        "components": {
            "schemas": schemas.into_definitions(),
            "headers": words::headers(),
            "securitySchemes": words::security_schemes(),
        },
        "x-problems": problems(),
    });
    schemas::in_plain_words(&mut document);
    document
}

/// Every problem type there is, in the order of the core's table.
fn problems() -> Vec<Value> {
    let refusals = Code::ALL.iter().filter(|code| **code != Code::Allowed);
    let problem = |code: &Code| json!({ "type": format!("/problems/{code}"), "code": code.name(), "title": code.text(), "status": status_of(*code).as_u16() });
    refusals.map(problem).collect()
}

#[cfg(test)]
mod tests;
