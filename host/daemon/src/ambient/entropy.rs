//! Randomness from the operating system.

/// 32 fresh random bytes.
///
/// # Panics
/// When the operating system has none to give: ids and keys made without it would be guessable, so nothing goes on.
#[expect(clippy::disallowed_methods, reason = "this is the one source")]
pub fn fresh() -> [u8; 32] {
    let mut bytes = [0; 32];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no randomness: {error}");
    }
    bytes
}
