//! `GET /healthz` (alive) and `GET /readyz` (able to decide **and** commit right now).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use doorward_core::view::Health;

use super::door::Door;
use super::operation::{Facts, Given, Gives};
use super::problem::Refused;
use super::status::status_of;

/// Alive.
pub(crate) async fn alive(State(door): State<Door>) -> Json<Health> {
    Json(health(&door, "ok"))
}

/// Whether it is able to, which its status says as well.
pub(crate) struct Readiness(Response);

impl IntoResponse for Readiness {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Gives for Readiness {
    fn tell(facts: &mut Facts) {
        facts.answers.push(Given::json::<Health>(StatusCode::OK, "It can."));
        facts
            .answers
            .push(Given::json::<Health>(StatusCode::SERVICE_UNAVAILABLE, "It cannot; `status` is the code of what is wrong."));
    }
}

/// Able to decide and commit, as just tried.
pub(crate) async fn ready(State(door): State<Door>) -> Readiness {
    Readiness(match door.shell.probe().await {
        Ok(()) => Json(health(&door, "ok")).into_response(),
        Err(code) => {
            // Whatever kept it from deciding, it is not ready.
            let status = Some(status_of(code)).filter(StatusCode::is_server_error).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            (status, Extension(Refused(code)), Json(health(&door, code.name()))).into_response()
        }
    })
}

fn health(door: &Door, status: &str) -> Health {
    Health {
        status: status.to_owned(),
        policy_digest: door.shell.policy_digest().into(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
