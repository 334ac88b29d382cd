//! Decision tables as data: columns in words, rows as rules. A row is written down here by hand; the core's code is
//! asked for every cell of the cross-product and must say what the one row that covers the cell says.

use doorward_core::Code;
use doorward_core::rule::Rule;
use std::fmt::Write;

/// Any value of the column.
pub const ANY: &str = "–";

/// What stands where no rule answers.
const FAULT: &str = "A fault: refused, with a line for the log that no caller sees.";

/// Something a table looks at.
pub struct Column {
    pub title: &'static str,
    pub values: Vec<&'static str>,
}

/// A rule: which cells it covers, and what is answered there.
pub struct Row {
    /// One a column: [`ANY`], a value, or several joined by ` | `.
    pub when: Vec<&'static str>,
    pub code: Code,
    /// The rule that answers; none for a fault, where nothing was decided.
    pub rule: Option<Rule>,
    /// What else follows, in words of the table's own.
    pub effect: &'static str,
}

/// What was answered in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub code: Code,
    pub rule: String,
    pub effect: String,
}

impl Answered {
    pub fn new(code: Code, rule: &str, effect: &str) -> Self {
        Self { code, rule: rule.into(), effect: effect.into() }
    }
}

/// A table.
pub struct Table {
    pub name: &'static str,
    pub title: &'static str,
    /// The verbs it decides.
    pub verbs: Vec<&'static str>,
    /// The enums whose every variant one of its columns holds.
    pub effect: &'static str,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// One cell of the cross-product.
pub struct Cell<'t> {
    table: &'t Table,
    at: Vec<usize>,
}

impl Cell<'_> {
    /// The word in this column.
    pub fn get(&self, title: &str) -> &'static str {
        let at = self.table.columns.iter().position(|column| column.title == title);
        let at = at.unwrap_or_else(|| panic!("{} has no column {title}", self.table.name));
        self.table.columns[at].values[self.at[at]]
    }

    /// Which value of this column, by number.
    pub fn index(&self, title: &str) -> usize {
        self.at[self.table.columns.iter().position(|column| column.title == title).expect("a column of the table")]
    }

    pub fn is(&self, title: &str, word: &str) -> bool {
        self.get(title) == word
    }

    /// The cell in words.
    pub fn words(&self) -> String {
        let words: Vec<&str> = self.table.columns.iter().zip(&self.at).map(|(column, at)| column.values[*at]).collect();
        words.join(", ")
    }
}

/// A column.
pub fn column(title: &'static str, values: &[&'static str]) -> Column {
    Column { title, values: values.to_vec() }
}

/// A row.
pub fn row<const N: usize>(when: [&'static str; N], code: Code, rule: impl Into<Option<Rule>>, effect: &'static str) -> Row {
    Row { when: when.to_vec(), code, rule: rule.into(), effect }
}

impl Row {
    /// The rule's id; empty for a fault.
    pub fn rule_id(&self) -> &'static str {
        self.rule.map_or("", Rule::id)
    }
}

impl Table {
    /// Every cell.
    pub fn cells(&self) -> Vec<Cell<'_>> {
        let mut cells = vec![Vec::new()];
        for column in &self.columns {
            let longer =
                |cell: &Vec<usize>| (0..column.values.len()).map(|at| [cell.as_slice(), &[at]].concat()).collect::<Vec<_>>();
            cells = cells.iter().flat_map(longer).collect();
        }
        cells.into_iter().map(|at| Cell { table: self, at }).collect()
    }

    /// The one row that covers the cell. None or two is a hole or a contradiction in the table.
    pub fn row_of(&self, cell: &Cell<'_>) -> &Row {
        let covering: Vec<&Row> = self.rows.iter().filter(|row| self.covers(row, cell)).collect();
        assert_eq!(covering.len(), 1, "{}: {} rows cover: {}", self.name, covering.len(), cell.words());
        covering[0]
    }

    fn covers(&self, row: &Row, cell: &Cell<'_>) -> bool {
        let columns = self.columns.iter().zip(&cell.at).zip(&row.when);
        columns.into_iter().all(|((column, at), when)| *when == ANY || when.split(" | ").any(|word| word == column.values[*at]))
    }

    /// Asks in every cell. `answer` may decline a cell that no records can make; it returns how many it declined.
    pub fn check(&self, mut answer: impl FnMut(&Cell<'_>) -> Option<Answered>) -> usize {
        self.check_words();
        let mut declined = 0;
        for cell in self.cells() {
            let row = self.row_of(&cell);
            match answer(&cell) {
                None => declined += 1,
                Some(answered) => {
                    let expected = Answered::new(row.code, row.rule_id(), row.effect);
                    assert_eq!(answered, expected, "{}: {}", self.name, cell.words());
                }
            }
        }
        declined
    }

    /// Every word in a row is a word of its column, and every row covers something.
    fn check_words(&self) {
        for row in &self.rows {
            assert_eq!(row.when.len(), self.columns.len(), "{}: {:?}", self.name, row.when);
            for (when, column) in row.when.iter().zip(&self.columns) {
                let known = |word: &str| column.values.contains(&word);
                assert!(*when == ANY || when.split(" | ").all(known), "{}: {when} is no {}", self.name, column.title);
            }
        }
    }

    /// The table as people read it.
    pub fn render(&self) -> String {
        let mut out = format!("{}\nVerbs: {}\n\n", self.title, self.verbs.join(", "));
        for column in &self.columns {
            writeln!(out, "  {}: {}", column.title, column.values.join(" | ")).unwrap();
        }
        let mut lines = vec![vec!["#".to_string()]];
        lines[0].extend(self.columns.iter().map(|column| column.title.to_string()));
        lines[0].extend(["answer", "code", self.effect, "rule", "because"].map(String::from));
        for (number, row) in self.rows.iter().enumerate() {
            let answer = match row.code {
                Code::Allowed => "yes",
                Code::UsedByYou => "as at first",
                _ => "no",
            };
            let mut line = vec![(number + 1).to_string()];
            line.extend(row.when.iter().zip(&self.columns).map(|(when, column)| in_short(when, column)));
            line.extend(
                [answer, row.code.name(), row.effect, row.rule_id(), row.rule.map_or(FAULT, Rule::text)].map(String::from),
            );
            lines.push(line);
        }
        let cells: usize = self.columns.iter().map(|column| column.values.len()).product();
        writeln!(out, "\n{cells} cases, each in exactly one row. – stands for any, | for or.\n").unwrap();
        out + &aligned(&lines)
    }
}

/// Most of a column's values read better as what they leave out.
fn in_short(when: &str, column: &Column) -> String {
    let words: Vec<&str> = when.split(" | ").collect();
    let others: Vec<&str> = column.values.iter().copied().filter(|value| !words.contains(value)).collect();
    if when == ANY || words.len() < 3 || others.len() >= words.len() {
        when.into()
    } else {
        format!("not {}", others.join(", not "))
    }
}

fn aligned(lines: &[Vec<String>]) -> String {
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        let padded = line.iter().zip(&widths).map(|(word, width)| format!("{word}{}", " ".repeat(width - word.chars().count())));
        writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end()).unwrap();
        if number == 0 {
            writeln!(out, "{}", widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  ")).unwrap();
        }
    }
    out
}
