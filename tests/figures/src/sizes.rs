//! P4: how large the wasm artefacts are, by the task that prints them.

use crate::table::Row;
use doorward_tests::Oops;
use std::process::Command;

/// Asks `cargo xtask policy`, which is built beside this program.
pub(crate) fn measure() -> Result<Vec<Row>, Oops> {
    let task = std::env::current_exe()?.with_file_name("xtask");
    let output = Command::new(&task).args(["policy", "--once", "--json"]).output();
    let output = output.map_err(|error| format!("{}: {error}; build it first: cargo xtask figures", task.display()))?;
    let sizes: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let limits = [
        ("door, wasm and JavaScript, brotli", "door_brotli", "≤ 32,000 B", 32_000),
        ("policy.wasm, brotli", "brotli", "≤ 45,000 B", 45_000),
        ("policy.wasm, raw", "bytes", "≤ 90,000 B", 90_000),
    ];
    let row = |(what, field, target, most): (&str, &str, _, u64)| {
        let bytes = sizes[field].as_u64().ok_or_else(|| format!("xtask policy does not tell {field}"))?;
        Ok(Row {
            id: "P4",
            what: what.into(),
            ours: format!("{bytes} B"),
            peer: String::new(),
            ratio: None,
            target,
            holds: bytes <= most,
        })
    };
    limits.into_iter().map(row).collect()
}
