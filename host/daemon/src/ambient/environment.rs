//! Environment variables.

/// The value of `DOORWARD_<NAME>` (upper case, hyphens as underscores). Empty and unset are alike; what is not UTF-8 is
/// an error, because ignoring a setting is worse than refusing to start.
///
/// # Errors
/// The variable's name, when its value is not UTF-8.
#[expect(clippy::disallowed_methods, reason = "this is the one reader")]
pub fn setting(name: &str) -> Result<Option<String>, String> {
    let variable = variable(name);
    match std::env::var(&variable) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(variable),
    }
}

/// The variable that holds the setting of this name.
pub fn variable(name: &str) -> String {
    format!("DOORWARD_{}", name.to_ascii_uppercase().replace('-', "_"))
}

/// The value of a variable that is not ours, such as `HOME`.
#[expect(clippy::disallowed_methods, reason = "this is the one reader")]
pub fn foreign(variable: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(variable).filter(|value| !value.is_empty())
}
