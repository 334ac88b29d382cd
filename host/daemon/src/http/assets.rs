//! The files of the pages, embedded in the binary: everything below `www/` as it was at build time, and the browser
//! packages. No list is kept by hand.

use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorward_core::digest::sha256;

/// One file.
#[derive(Clone)]
pub(crate) struct Asset {
    /// Below `/assets/`, or for pages below `www/`.
    path: &'static str,
    content_type: &'static str,
    plain: Form,
    /// The same, compressed when the program was built; not of a page that words were put into.
    brotli: Option<Form>,
}

/// One form of a file, with a tag of its own (RFC 9110, section 8.8.3).
#[derive(Clone)]
struct Form {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Form {
    fn new(bytes: Bytes) -> Self {
        let etag = etag(&bytes);
        Self { bytes, etag }
    }
}

impl Asset {
    fn embedded(path: &'static str, content_type: &'static str, bytes: &'static [u8], brotli: &'static [u8]) -> Self {
        let [plain, brotli] = [bytes, brotli].map(|bytes| Form::new(Bytes::from_static(bytes)));
        Self { path, content_type, plain, brotli: Some(brotli) }
    }

    /// The same file with these words in place of those; its tag follows from what it holds then.
    pub(crate) fn with(self, words: &[(&str, &str)]) -> Self {
        // Pages are UTF-8 in the repository; what would not be is served as it is.
        let Ok(text) = str::from_utf8(&self.plain.bytes) else { return self };
        let text = words.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        Self { plain: Form::new(text.into()), brotli: None, ..self }
    }
}

/// A file as the build script found it.
struct Embedded {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/www.rs"));

/// The HTML page at this path below `www/`.
pub(crate) fn page(path: &str) -> Option<Asset> {
    find(path).filter(is_page)
}

/// What a page loads from below `/assets/`.
pub(crate) fn part(path: &str) -> Option<Asset> {
    find(path).filter(|asset| !is_page(asset))
}

fn is_page(asset: &Asset) -> bool {
    asset.path.ends_with(".html")
}

fn find(path: &str) -> Option<Asset> {
    static ALL: OnceLock<Vec<Asset>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let own = WWW.iter().map(|file| Asset::embedded(file.path, file.content_type, file.bytes, file.brotli));
        let packages = doorward_artifacts::WEB.iter();
        own.chain(packages.map(|file| Asset::embedded(file.name, file.content_type, file.bytes, file.brotli))).collect()
    });
    all.iter().find(|asset| asset.path == path).cloned()
}

fn etag(bytes: &[u8]) -> HeaderValue {
    let text = format!("\"{}\"", hex::encode(&sha256(&[bytes])[..16]));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The file, or that it has not changed. A browser asks each time, so that a page never meets the parts of another
/// release.
pub(crate) fn serve(asset: &Asset, request: &HeaderMap) -> Response {
    let small = asset.brotli.as_ref().filter(|_| takes_brotli(request));
    let form = small.unwrap_or(&asset.plain);
    let etag = form.etag.to_str().unwrap_or_default();
    let mut response = if listed(request, header::IF_NONE_MATCH).any(|tag| tag.trim_start_matches("W/") == etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.content_type)], Body::from(form.bytes.clone())).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, form.etag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if small.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// Whether `br` is among what is accepted, and not with a weight of nought (RFC 9110, section 12.5.3).
fn takes_brotli(request: &HeaderMap) -> bool {
    listed(request, header::ACCEPT_ENCODING).any(|accepted| {
        let (coding, weight) = accepted.split_once(';').unwrap_or((accepted, ""));
        let none =
            weight.trim().strip_prefix("q=").is_some_and(|weight| weight.bytes().all(|digit| matches!(digit, b'0' | b'.')));
        coding.trim().eq_ignore_ascii_case("br") && !none
    })
}

/// The parts of a header that is a list.
fn listed(request: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = request.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_parts_are_there_and_kept_apart() {
        for page_path in ["invite/index.html", "admin/index.html"] {
            assert_eq!(page(page_path).unwrap().content_type, "text/html; charset=utf-8");
            assert!(part(page_path).is_none(), "a page has one address");
        }
        for (path, content_type) in [
            ("door.js", "text/javascript; charset=utf-8"),
            ("door_bg.wasm", "application/wasm"),
            ("shared/style.css", "text/css; charset=utf-8"),
            ("invite/invite.js", "text/javascript; charset=utf-8"),
        ] {
            assert_eq!(part(path).unwrap_or_else(|| panic!("{path}")).content_type, content_type);
        }
        for bad in ["", "../Cargo.toml", "invite", "invite/", "package.json", "tsconfig.json"] {
            assert!(part(bad).is_none() && page(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn unchanged_files_are_not_sent_again() {
        let asset = part("door.js").unwrap();
        let ask = |tag: &str| {
            serve(&asset, &HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap())])).status()
        };
        let tag = asset.plain.etag.to_str().unwrap();
        assert_eq!(ask(tag), StatusCode::NOT_MODIFIED);
        assert_eq!(ask(&format!("\"x\", W/{tag}")), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("\"x\""), StatusCode::OK);
    }

    #[tokio::test]
    async fn whoever_takes_brotli_gets_it_and_nobody_else() {
        let asset = part("door_bg.wasm").unwrap();
        let tag = |response: &Response| response.headers()[header::ETAG].clone();
        let mut sizes = Vec::new();
        let accepted =
            [("gzip, deflate, br, zstd", true), ("BR;q=0.5", true), ("br;q=0", false), ("br; q=0.000", false), ("gzip", false)];
        for (accepts, small) in accepted {
            let asked = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts))]);
            let served = serve(&asset, &asked);
            assert_eq!(
                served.headers().get(header::CONTENT_ENCODING).map(|coding| coding.as_bytes()),
                small.then_some(&b"br"[..]),
                "{accepts}"
            );
            assert_eq!(served.headers()[header::VARY], "accept-encoding");
            assert_eq!(tag(&served) == tag(&serve(&asset, &HeaderMap::new())), !small, "each form has a tag of its own");
            sizes.push(axum::body::to_bytes(served.into_body(), 1 << 20).await.unwrap().len());
        }
        assert!(sizes[0] * 2 < sizes[4], "{sizes:?}");
        assert_eq!(sizes[4], asset.plain.bytes.len());
    }
}
