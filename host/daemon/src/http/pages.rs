//! The pages: invite page, console, and one plain page a code.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use doorward_core::Code;

use super::assets;
use super::problem::Refusal;

/// What pages and their parts may do: load from here, run wasm from here, nothing else.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; \
     img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// `GET /`
pub(crate) async fn root() -> Redirect {
    Redirect::temporary("/admin")
}

/// `GET /i` and everything below it. A link body in the path is the page's to explain: here it is not even looked at.
pub(crate) async fn invite(headers: HeaderMap) -> Response {
    page("invite/index.html", &headers)
}

/// `GET /i#<body>` with its `#` escaped as `%23`, so that it reaches us as a path.
pub(crate) async fn escaped_invite(Path(page): Path<String>, headers: HeaderMap) -> Response {
    if page.starts_with("i#") { invite(headers).await } else { Refusal::from(Code::NotFound).into_response() }
}

/// `GET /admin` and everything below it.
pub(crate) async fn admin(headers: HeaderMap) -> Response {
    page("admin/index.html", &headers)
}

fn page(name: &str, headers: &HeaderMap) -> Response {
    match assets::page(name) {
        Some(asset) => guarded(assets::serve(&asset, headers)),
        None => Refusal::from(Code::NotFound).into_response(),
    }
}

/// `GET /problems/{code}`
pub(crate) async fn problem(Path(name): Path<String>) -> Response {
    let Some(code) = Code::from_name(&name) else {
        return Refusal::from(Code::NotFound).into_response();
    };
    // Names and texts are the core's own, of letters, digits and plain punctuation: nothing here needs escaping.
    let body = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{code}</title>\n<main><h1>{code}</h1>\n<p>{}</p></main></html>\n",
        code.text()
    );
    guarded(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response())
}

/// Adds the headers every page has.
fn guarded(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// `GET /assets/{*path}`
pub(crate) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match assets::part(&path) {
        Some(asset) => guarded(assets::serve(&asset, &headers)),
        None => Refusal::from(Code::NotFound).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What [`problem`] puts into a page as it is.
    #[test]
    fn no_code_needs_escaping() {
        for code in Code::ALL {
            assert!(!code.text().contains(['<', '>', '&', '"']), "{code}");
            assert!(code.name().bytes().all(|c| c.is_ascii_lowercase() || c == b'-'), "{code}");
        }
    }
}
