//! The files of the pages, embedded in the binary: everything below `www/` as it was at build time, and the browser
//! packages. No list is kept by hand.

use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorward_core::digest::sha256;

/// One file.
#[derive(Clone)]
pub(crate) struct Asset {
    /// Below `/assets/`, or for pages below `www/`.
    path: &'static str,
    content_type: &'static str,
    bytes: Bytes,
    etag: HeaderValue,
}

impl Asset {
    fn new(path: &'static str, content_type: &'static str, bytes: Bytes) -> Self {
        let etag = etag(&bytes);
        Self { path, content_type, bytes, etag }
    }

    /// The same file with these words in place of those; its tag follows from what it holds then.
    pub(crate) fn with(self, words: &[(&str, &str)]) -> Self {
        // Pages are UTF-8 in the repository; what would not be is served as it is.
        let Ok(text) = str::from_utf8(&self.bytes) else { return self };
        let text = words.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        Self::new(self.path, self.content_type, text.into())
    }
}

/// A file as the build script found it.
struct Embedded {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
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
        let own = WWW.iter().map(|file| (file.path, file.content_type, file.bytes));
        let packages = doorward_artifacts::WEB.iter().map(|file| (file.name, file.content_type, file.bytes));
        own.chain(packages).map(|(path, content_type, bytes)| Asset::new(path, content_type, Bytes::from_static(bytes))).collect()
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
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let etag = asset.etag.to_str().unwrap_or_default();
    let fresh = known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag);
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.content_type)], Body::from(asset.bytes.clone())).into_response()
    };
    response.headers_mut().insert(header::ETAG, asset.etag.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
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
        let tag = asset.etag.to_str().unwrap();
        assert_eq!(ask(tag), StatusCode::NOT_MODIFIED);
        assert_eq!(ask(&format!("\"x\", W/{tag}")), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("\"x\""), StatusCode::OK);
    }
}
