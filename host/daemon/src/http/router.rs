//! All routes, in one place: the API as [`table`](super::table) has it, and the pages.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use doorward_core::Code;

use super::door::{Door, Side};
use super::problem::Refusal;
use super::{observe, pages, table};

/// What everyone may reach.
pub fn public(door: Door) -> Router {
    let routes = api(Side::Public)
        .route("/", get(pages::root))
        .route("/i", get(pages::invite))
        .route("/i/", get(pages::invite))
        .route("/i/{*rest}", get(pages::invite))
        // `/i%23<body>`: a mail program escaped the fragment mark. No route can say "begins with".
        .route("/{page}", get(pages::escaped_invite))
        .route("/policy", get(pages::policy))
        .route("/admin", get(pages::admin))
        .route("/admin/", get(pages::admin))
        .route("/admin/{*rest}", get(pages::admin))
        .route("/assets/{*path}", get(pages::asset));
    finish(routes, door.on(Side::Public))
}

/// What services of the same operator may reach: the questions.
pub fn service(door: Door) -> Router {
    finish(api(Side::Service), door.on(Side::Service))
}

fn api(side: Side) -> Router<Door> {
    let operations = table::operations().into_iter().filter(|operation| operation.is_on(side));
    operations.fold(Router::new(), |routes, operation| routes.route(operation.path, operation.route))
}

fn finish(routes: Router<Door>, door: Door) -> Router {
    routes
        .fallback(async || Refusal::from(Code::NotFound))
        .method_not_allowed_fallback(async || Refusal::from(Code::NotFound).with_status(StatusCode::METHOD_NOT_ALLOWED))
        .layer(from_fn_with_state(door.clone(), observe::observe))
        .with_state(door)
}
