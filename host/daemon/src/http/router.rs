//! All routes, in one place.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};
use doorward_core::Code;

use super::door::{Door, Side};
use super::problem::Refusal;
use super::{accounts, audit, authorized, health, invites, metrics, observe, pages, well_known};

/// What everyone may reach.
pub fn public(door: Door) -> Router {
    let door = Door { side: Side::Public, ..door };
    let routes = questions()
        .route("/v1/invites", get(invites::list).post(invites::mint))
        .route("/v1/invites/{id}", get(invites::show).merge(delete(invites::cancel)))
        .route("/v1/invites/{id}/preview", post(invites::preview))
        .route("/v1/invites/{id}/redeem", post(invites::redeem))
        .route("/v1/accounts", get(accounts::list).post(accounts::register))
        .route("/v1/accounts/{key}", get(accounts::show).merge(delete(accounts::delete)))
        .route("/v1/accounts/{key}/proof", put(accounts::prove))
        .route("/v1/accounts/{key}/revoke", post(accounts::revoke))
        .route("/v1/accounts/{key}/restore", post(accounts::restore))
        .route("/v1/audit", get(audit::list))
        .route("/", get(pages::root))
        .route("/i", get(pages::invite))
        .route("/i/", get(pages::invite))
        .route("/i/{*rest}", get(pages::invite))
        // `/i%23<body>`: a mail program escaped the fragment mark. No route can say "begins with".
        .route("/{page}", get(pages::escaped_invite))
        .route("/admin", get(pages::admin))
        .route("/admin/", get(pages::admin))
        .route("/admin/{*rest}", get(pages::admin))
        .route("/assets/{*path}", get(pages::asset));
    finish(routes, door)
}

/// What services of the same operator may reach: the questions.
pub fn service(door: Door) -> Router {
    finish(questions(), Door { side: Side::Service, ..door })
}

/// What both listeners have.
fn questions() -> Router<Door> {
    Router::new()
        .route("/.well-known/doorward", get(well_known::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/v1/authorized", post(authorized::many))
        .route("/v1/authorized/{key}", get(authorized::one))
        .route("/v1/has-admin", get(authorized::has_admin))
        .route("/v1/can", get(authorized::can))
        .route("/problems/{code}", get(pages::problem))
}

fn finish(routes: Router<Door>, door: Door) -> Router {
    routes
        .fallback(async || Refusal::from(Code::NotFound))
        .method_not_allowed_fallback(async || Refusal::from(Code::NotFound).with_status(StatusCode::METHOD_NOT_ALLOWED))
        .layer(from_fn_with_state(door.clone(), observe::observe))
        .with_state(door)
}
