//! A decision table as the core's tests keep it: aligned text under a row of dashes.

/// One table.
pub(crate) struct Table {
    pub(crate) title: String,
    /// The verbs it decides; none for what several verbs share.
    pub(crate) verbs: Vec<String>,
    /// What it looks at: a title, and every value that occurs.
    pub(crate) columns: Vec<(String, Vec<String>)>,
    /// How many cases there are.
    pub(crate) cases: String,
    /// What else follows from a row; empty if nothing does.
    pub(crate) effect: String,
    pub(crate) rows: Vec<Row>,
}

/// One rule.
pub(crate) struct Row {
    /// One a column; `–` stands for any.
    pub(crate) when: Vec<String>,
    pub(crate) answer: String,
    pub(crate) code: String,
    pub(crate) effect: String,
    /// Its stable id; empty where nothing was decided.
    pub(crate) rule: String,
    pub(crate) because: String,
}

impl Table {
    /// Reads one.
    pub(crate) fn read(text: &str) -> Result<Table, String> {
        let body = text.splitn(3, "---\n").nth(2).ok_or("no header")?;
        let mut lines = body.lines();
        let title = lines.next().ok_or("no title")?.to_owned();
        let verbs = lines.next().and_then(|line| line.strip_prefix("Verbs:")).ok_or("no verbs")?;
        let verbs = verbs.split(',').map(str::trim).filter(|verb| !verb.is_empty()).map(str::to_owned).collect();
        let named = lines.by_ref().skip(1).take_while(|line| !line.is_empty());
        let columns = named.map(column).collect::<Result<Vec<_>, String>>()?;
        let cases = lines.next().and_then(|line| line.split_once(' ')).ok_or("no number of cases")?.0.to_owned();
        let heading = lines.nth(1).ok_or("no heading")?;
        let places = places(lines.next().ok_or("no dashes under the heading")?);
        let expected = columns.len() + 6;
        if places.len() != expected {
            return Err(format!("{} columns where {expected} should be", places.len()));
        }
        let effect = cells(heading, &places).swap_remove(columns.len() + 3);
        let rows = lines.map(|line| row(cells(line, &places))).collect();
        Ok(Table { title, verbs, columns, cases, effect: if effect == "–" { String::new() } else { effect }, rows })
    }
}

fn column(line: &str) -> Result<(String, Vec<String>), String> {
    let (name, values) = line.trim_start().split_once(": ").ok_or_else(|| format!("no column: {line}"))?;
    Ok((name.to_owned(), values.split(" | ").map(str::to_owned).collect()))
}

/// Where each column begins and ends, in characters.
fn places(dashes: &str) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut from = 0;
    for run in dashes.split("  ") {
        let length = run.chars().count();
        places.push((from, from + length));
        from += length + 2;
    }
    places
}

fn cells(line: &str, places: &[(usize, usize)]) -> Vec<String> {
    let text: Vec<char> = line.chars().collect();
    let cell = |(from, to): &(usize, usize)| {
        let (from, to) = ((*from).min(text.len()), (*to).min(text.len()));
        text[from..to].iter().collect::<String>().trim().to_owned()
    };
    places.iter().map(cell).collect()
}

fn row(mut cells: Vec<String>) -> Row {
    let because = cells.pop().unwrap_or_default();
    let rule = cells.pop().unwrap_or_default();
    let effect = cells.pop().unwrap_or_default();
    let code = cells.pop().unwrap_or_default();
    let answer = cells.pop().unwrap_or_default();
    cells.remove(0); // its number
    Row { when: cells, answer, code, effect, rule, because }
}
