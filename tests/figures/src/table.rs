//! What is printed: one row a figure, as a table or as JSON.

use serde_json::{Value, json};

/// One measured figure.
pub(crate) struct Row {
    /// `P1`, `P2` …
    pub(crate) id: &'static str,
    /// What was measured.
    pub(crate) what: String,
    /// Ours, with its unit.
    pub(crate) ours: String,
    /// The named peer's, with its unit.
    pub(crate) peer: String,
    /// Ours against the peer's, in the direction in which more is better.
    pub(crate) ratio: Option<f64>,
    /// What it should be.
    pub(crate) target: &'static str,
    /// Whether it is.
    pub(crate) holds: bool,
}

/// Prints what it was measured on, and the rows.
pub(crate) fn print(machine: &str, rows: &[Row], as_json: bool) {
    if as_json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({"id": row.id, "what": row.what, "ours": row.ours, "peer": row.peer, "ratio": row.ratio,
                       "target": row.target, "holds": row.holds})
            })
            .collect();
        println!("{}", json!({"machine": machine, "figures": rows}));
        return;
    }
    println!("{machine}\n");
    let ratio = |row: &Row| row.ratio.map(|ratio| format!("{ratio:.2}×")).unwrap_or_default();
    let holds = |row: &Row| if row.holds { "yes" } else { "NO" }.to_owned();
    let cells: Vec<[String; 7]> =
        std::iter::once(["", "figure", "Doorward", "peer", "ratio", "target", "holds"].map(String::from))
            .chain(rows.iter().map(|row| {
                [row.id.into(), row.what.clone(), row.ours.clone(), row.peer.clone(), ratio(row), row.target.into(), holds(row)]
            }))
            .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..7).map(width).collect();
    for row in &cells {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("{}", line.join("  ").trim_end());
    }
}
