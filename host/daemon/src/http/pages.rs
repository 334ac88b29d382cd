//! The pages: invite page, console, and one plain page a code.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use doorward_core::Code;
use doorward_core::view::Spelt;

use super::assets::{self, Asset};
use super::door::Door;
use super::operation::{Facts, Given, Gives};
use super::problem::Refusal;

/// What pages and their parts may do: load from here, run wasm from here, nothing else.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; \
     img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// `GET /`
pub(crate) async fn root() -> Redirect {
    Redirect::temporary("/admin")
}

/// `GET /i` and everything below it. A link body in the path is the page's to explain: here it is not even looked at.
pub(crate) async fn invite(State(door): State<Door>, headers: HeaderMap) -> Response {
    page(door.invite_page.as_deref(), &headers)
}

/// The invite page of this server: in it are the server's key, which a link must name, and the policy that the page can
/// decide by, which is the one built in.
pub(crate) fn invite_page(server_key: &str) -> Option<Asset> {
    let words = [("{server-key}", server_key), ("{policy-digest}", doorward_artifacts::POLICY_DIGEST_HEX)];
    assets::page("invite/index.html").map(|asset| asset.with(&words))
}

/// `GET /i#<body>` with its `#` escaped as `%23`, so that it reaches us as a path.
pub(crate) async fn escaped_invite(State(door): State<Door>, Path(page): Path<String>, headers: HeaderMap) -> Response {
    if page.starts_with("i#") { invite(State(door), headers).await } else { Refusal::from(Code::NotFound).into_response() }
}

/// The console; in it is the policy that it can decide by, which is the one built in.
static CONSOLE: LazyLock<Option<Asset>> = LazyLock::new(|| {
    let words = [("{policy-digest}", doorward_artifacts::POLICY_DIGEST_HEX)];
    assets::page("admin/index.html").map(|asset| asset.with(&words))
});

/// `GET /admin` and everything below it.
pub(crate) async fn admin(headers: HeaderMap) -> Response {
    page(CONSOLE.as_ref(), &headers)
}

/// `GET /policy`: every rule, for people.
pub(crate) async fn policy() -> Response {
    const TYPE: (HeaderName, &str) = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    guarded(([TYPE, (header::CACHE_CONTROL, "no-cache")], doorward_book::SERVED).into_response())
}

fn page(asset: Option<&Asset>, headers: &HeaderMap) -> Response {
    match asset {
        Some(asset) => guarded(assets::serve(asset, headers)),
        None => Refusal::from(Code::NotFound).into_response(),
    }
}

/// A small page of our own words.
pub(crate) struct Plain(Response);

impl IntoResponse for Plain {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Gives for Plain {
    fn tell(facts: &mut Facts) {
        facts.answers.push(Given::text(HTML, "A page."));
    }
}

const HTML: &str = "text/html; charset=utf-8";

/// `GET /problems/{code}`
pub(crate) async fn problem(Path(name): Path<Spelt<Code>>) -> Result<Plain, Refusal> {
    let code = name.read().map_err(|_| Code::NotFound)?;
    // Names and texts are the core's own, of letters, digits and plain punctuation: nothing here needs escaping.
    let body = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{code}</title>\n<main><h1>{code}</h1>\n<p>{}</p></main></html>\n",
        code.text()
    );
    Ok(Plain(guarded(([(header::CONTENT_TYPE, HTML)], body).into_response())))
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
    use axum::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn the_invite_page_names_its_server_and_its_policy() {
        let (one, other) = ("ab".repeat(32), "cd".repeat(32));
        let serve = |key: &str, headers: &HeaderMap| page(invite_page(key).as_ref(), headers);
        let served = serve(&one, &HeaderMap::new());
        let etag = served.headers()[header::ETAG].clone();
        let body = axum::body::to_bytes(served.into_body(), 1 << 20).await.unwrap();
        let text = str::from_utf8(&body).unwrap();
        for (name, content) in [("server", one.as_str()), ("policy", doorward_artifacts::POLICY_DIGEST_HEX)] {
            let meta = format!("<meta name=\"doorward-{name}\" content=\"{content}\">");
            assert_eq!(text.matches(&meta).count(), 1, "{meta}");
        }
        assert!(!text.contains(['{', '}']), "every blank is filled in");
        let known = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]);
        assert_eq!(serve(&one, &known).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(serve(&other, &known).status(), StatusCode::OK, "another server's page is another page");
    }

    #[tokio::test]
    async fn the_policy_book_is_served_under_the_policy_of_all_pages() {
        let served = policy().await;
        assert_eq!(served.headers()[header::CONTENT_SECURITY_POLICY], POLICY);
        let body = axum::body::to_bytes(served.into_body(), 1 << 20).await.unwrap();
        let text = str::from_utf8(&body).unwrap();
        assert!(text.contains("id=\"rule-redeem.10\"") && !text.contains("<style"));
        assert!(text.contains("href=\"/assets/shared/book.css\"") && assets::part("shared/book.css").is_some());
    }

    /// What [`problem`] puts into a page as it is.
    #[test]
    fn no_code_needs_escaping() {
        for code in Code::ALL {
            assert!(!code.text().contains(['<', '>', '&', '"']), "{code}");
            assert!(code.name().bytes().all(|c| c.is_ascii_lowercase() || c == b'-'), "{code}");
        }
    }
}
