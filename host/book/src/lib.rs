//! The policy book: every decision table of the core as one page of HTML, for people who do not program.
//!
//! It is made when this crate is built, from the very texts in `core/tests/snapshots/` that the tests hold the core to,
//! cell by cell. So it cannot say anything else than what the policy does. It decides nothing and reads nothing at run
//! time.

/// The page as the daemon serves it: its style is another file, as the pages' content security policy wants it.
pub const SERVED: &str = include_str!(concat!(env!("OUT_DIR"), "/served.html"));
/// The page as one file that stands alone.
pub const ALONE: &str = include_str!(concat!(env!("OUT_DIR"), "/alone.html"));

#[cfg(test)]
mod tests;
