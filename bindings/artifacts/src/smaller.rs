// Shared by `#[path]` with the build scripts and tasks that need it; compressing has no place in the program itself.

use std::io::Write as _;

/// As small as brotli makes it (RFC 7932), which takes long: for what is compressed once and sent often.
///
/// # Errors
/// A sentence, where memory runs out.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut writer = ::brotli::CompressorWriter::new(&mut out, 64 * 1024, 11, 22);
    writer.write_all(bytes).and_then(|()| writer.flush()).map_err(|error| format!("brotli: {error}"))?;
    drop(writer);
    Ok(out)
}
