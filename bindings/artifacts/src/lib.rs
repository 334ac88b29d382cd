//! The artefacts that are built for wasm, embedded as bytes: `policy.wasm` and the browser packages `door` and `keep`.
//! It promises that they were built from this very workspace by this very build. It does not run them.
//!
//! `build.rs` makes them with `builder.rs`, which `cargo xtask policy` shares by `#[path]` to build a second time
//! elsewhere and compare digests.

/// One file to be served.
#[derive(Clone, Copy)]
pub struct Asset {
    /// File name without a folder, such as `door_bg.wasm`.
    pub name: &'static str,
    /// Value for the `Content-Type` header.
    pub content_type: &'static str,
    /// The contents.
    pub bytes: &'static [u8],
    /// The same, compressed (RFC 7932).
    pub brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The browser package file called `name`, if there is one.
pub fn asset(name: &str) -> Option<&'static Asset> {
    WEB.iter().find(|asset| asset.name == name)
}
