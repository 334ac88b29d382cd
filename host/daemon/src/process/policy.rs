//! The policy module: the one built in, or a file of the operator's, which must first give the known answer to every
//! golden vector, byte for byte: a module that decides otherwise never gets to decide.

use std::path::Path;

use doorward_engine::{LoadError, Policy, Vector};

use super::Failure;

include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// Loads the module at this path, or the one built in. (The one built in was asked the vectors by this build's tests.)
///
/// # Errors
/// The file cannot be read, or the module is not accepted.
pub(super) fn load(path: Option<&Path>) -> Result<Policy, Failure> {
    let Some(path) = path else {
        return Policy::load(doorward_artifacts::POLICY, &[]).map_err(|error| Failure(format!("the policy built in: {error}")));
    };
    let wasm = std::fs::read(path).map_err(|error| Failure::at(path, error))?;
    prove(&wasm, path).map(|(policy, _)| policy)
}

/// Asks the module at this path, or the one built in, every golden vector; says how many there are.
///
/// # Errors
/// As [`load`].
pub(super) fn examine(path: Option<&Path>) -> Result<(Policy, usize), Failure> {
    match path {
        Some(path) => prove(&std::fs::read(path).map_err(|error| Failure::at(path, error))?, path),
        None => prove(doorward_artifacts::POLICY, Path::new("the policy built in")),
    }
}

fn prove(wasm: &[u8], path: &Path) -> Result<(Policy, usize), Failure> {
    let golden: Vec<Golden> = STEPS.iter().flat_map(|file| file.lines()).filter_map(Golden::read).collect();
    let vectors: Vec<Vector<'_>> = golden.iter().map(Golden::vector).collect();
    let policy = Policy::load(wasm, &vectors).map_err(|error| {
        let name = match &error {
            LoadError::WrongAnswer { index, .. } | LoadError::NoAnswer { index, .. } => {
                golden.get(*index).map(|golden| golden.name)
            }
            LoadError::Engine(_)
            | LoadError::TooLarge(_)
            | LoadError::Invalid(_)
            | LoadError::HasImport { .. }
            | LoadError::BadExport(_)
            | LoadError::Abi(_)
            | LoadError::NotRunning(_) => None,
        };
        Failure::at(path, name.map_or_else(|| error.to_string(), |name| format!("{error} (`{name}`)")))
    })?;
    Ok((policy, golden.len()))
}

/// One line of a vector file: name, request, facts, answer; see `bindings/vectors/README.md`.
struct Golden {
    name: &'static str,
    request: Vec<u8>,
    facts: Vec<u8>,
    answer: Vec<u8>,
}

impl Golden {
    fn read(line: &'static str) -> Option<Self> {
        let mut columns = line.split(' ');
        let name = columns.next().filter(|name| !name.is_empty() && *name != "#")?;
        let mut bytes = || match columns.next()? {
            "-" => Some(Vec::new()),
            column => hex::decode(column).ok(),
        };
        let (request, facts, answer) = (bytes()?, bytes()?, bytes()?);
        columns.next().is_none().then_some(Self { name, request, facts, answer })
    }

    fn vector(&self) -> Vector<'_> {
        Vector { request: &self.request, facts: &self.facts, answer: &self.answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_remark_or_a_vector() {
        let lines: Vec<&str> = STEPS.iter().flat_map(|file| file.lines()).collect();
        assert!(lines.len() > 100, "{}", lines.len());
        for line in lines {
            assert!(line.starts_with("# ") || Golden::read(line).is_some(), "{line}");
        }
    }

    #[test]
    fn a_file_must_know_every_answer() {
        let path = std::env::temp_dir().join(format!("doorward-policy-{}.wasm", std::process::id()));
        std::fs::write(&path, doorward_artifacts::POLICY).unwrap();
        let policy = load(Some(&path)).unwrap();
        assert_eq!(policy.digest(), doorward_artifacts::POLICY_DIGEST);
        // The id of a rule, which is in every answer that names it.
        let other = patched(doorward_artifacts::POLICY, b"redeem.10", b"redeem.01");
        std::fs::write(&path, other).unwrap();
        let failure = load(Some(&path)).map(|_| ()).unwrap_err().0;
        assert!(failure.contains("golden vector") && failure.contains(".allowed`)"), "{failure}");
        std::fs::remove_file(&path).unwrap();
    }

    fn patched(wasm: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = wasm.windows(from.len()).position(|window| window == from).expect("rules are named in the module");
        let mut wasm = wasm.to_vec();
        wasm[at..at + to.len()].copy_from_slice(to);
        wasm
    }
}
