//! The page itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use doorward_core::Code;
use doorward_core::code::Blame;

use crate::chapters::{CHAPTERS, Chapter};
use crate::table::{Row, Table};

/// Where the page's style is.
pub(crate) enum Style<'s> {
    /// In another file.
    Linked(&'s str),
    /// In the page.
    Within(&'s str),
}

const HOW: &str = "<section id=\"how\"><h2>How to read it</h2>\
<p>Each table answers one kind of request. A row is a rule: when everything on its left holds, the answer on its right is given. \
“any” means that it does not matter. Every case there can be is covered by exactly one row, so the order of the rows does not matter either.</p>\
<p>These are the very tables that the program is tested against, case by case, each time it is built. \
If a table and the program disagreed, there would be no program.</p></section>\n";

/// The whole page.
pub(crate) fn page(tables: &BTreeMap<String, Table>, style: &Style<'_>) -> String {
    let style = match style {
        Style::Linked(path) => format!("<link rel=\"stylesheet\" href=\"{path}\">"),
        Style::Within(css) => format!("<style>\n{css}</style>"),
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>The policy book · Doorward</title>\n{style}\n</head>\n<body>\n\
         <header><h1>The policy book</h1><p>Who may be here, and how they get in: every rule of Doorward, in {} tables.</p></header>\n",
        tables.len()
    );
    contents(&mut page, tables);
    page.push_str("<main>\n");
    page.push_str(HOW);
    // A rule may stand in several tables; a link to it leads to the first.
    let mut known = BTreeSet::new();
    for chapter in CHAPTERS {
        write_chapter(&mut page, chapter, tables, &mut known);
    }
    codes(&mut page);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn contents(page: &mut String, tables: &BTreeMap<String, Table>) {
    page.push_str("<nav aria-label=\"Contents\"><ol>\n<li><a href=\"#how\">How to read it</a></li>\n");
    for chapter in CHAPTERS {
        put(page, format_args!("<li><a href=\"#chapter-{}\">{}</a><ol>\n", chapter.id, text(chapter.title)));
        for (name, table) in chapter.tables.iter().filter_map(|name| tables.get_key_value(*name)) {
            put(page, format_args!("<li><a href=\"#table-{name}\">{}</a></li>\n", text(&table.title)));
        }
        page.push_str("</ol></li>\n");
    }
    page.push_str("<li><a href=\"#codes\">What each answer means</a></li>\n</ol></nav>\n");
}

fn write_chapter(page: &mut String, chapter: &Chapter, tables: &BTreeMap<String, Table>, known: &mut BTreeSet<String>) {
    let Chapter { id, title, intro, tables: names } = chapter;
    put(page, format_args!("<section id=\"chapter-{id}\"><h2>{}</h2>\n<p>{}</p>\n", text(title), text(intro)));
    for (name, table) in names.iter().filter_map(|name| tables.get_key_value(*name)) {
        write_table(page, name, table, known);
    }
    page.push_str("</section>\n");
}

fn write_table(page: &mut String, name: &str, table: &Table, known: &mut BTreeSet<String>) {
    let verbs = if table.verbs.is_empty() { String::new() } else { format!("Decides: {}. ", table.verbs.join(", ")) };
    put(page, format_args!("<section class=\"table\" id=\"table-{name}\"><h3>{}</h3>\n", text(&table.title)));
    put(page, format_args!("<p class=\"soft\">{}{} cases in {} rules.</p>\n", text(&verbs), table.cases, table.rows.len()));
    page.push_str("<details><summary>What it looks at</summary><dl>\n");
    for (title, values) in &table.columns {
        put(page, format_args!("<dt>{}</dt><dd>{}</dd>\n", text(title), text(&values.join(" · "))));
    }
    page.push_str("</dl></details>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
    page.push_str(&text(&table.title));
    page.push_str("\"><table><thead><tr>");
    for (title, _) in &table.columns {
        put(page, format_args!("<th scope=\"col\">{}</th>", text(title)));
    }
    page.push_str("<th scope=\"col\">answer</th>");
    if !table.effect.is_empty() {
        put(page, format_args!("<th scope=\"col\">{}</th>", text(&table.effect)));
    }
    page.push_str("<th scope=\"col\">because</th></tr></thead><tbody>\n");
    for row in &table.rows {
        write_row(page, table, row, known);
    }
    page.push_str("</tbody></table></div></section>\n");
}

fn write_row(page: &mut String, table: &Table, row: &Row, known: &mut BTreeSet<String>) {
    let Row { when, answer, code, effect, rule, because } = row;
    let anchor = if !rule.is_empty() && known.insert(rule.clone()) { format!(" id=\"rule-{rule}\"") } else { String::new() };
    let face = match answer.as_str() {
        "yes" => "yes",
        "no" => "no",
        _ => "other",
    };
    put(page, format_args!("<tr{anchor} class=\"{face}\">"));
    for ((title, _), value) in table.columns.iter().zip(when) {
        let (class, words) = if value == "–" { (" class=\"any\"", "any".to_owned()) } else { ("", in_words(value)) };
        put(page, format_args!("<td data-label=\"{}\"{class}>{}</td>", text(title), text(&words)));
    }
    put(
        page,
        format_args!("<td data-label=\"answer\"><strong>{}</strong> <a href=\"#code-{code}\">{code}</a></td>", text(answer)),
    );
    if !table.effect.is_empty() {
        put(page, format_args!("<td data-label=\"{}\">{}</td>", text(&table.effect), text(effect)));
    }
    let rule = if rule.is_empty() { String::new() } else { format!(" <code>{rule}</code>") };
    put(page, format_args!("<td data-label=\"because\">{}{rule}</td></tr>\n", text(because)));
}

/// `a | b` as people say it, and `not a, not b` too.
fn in_words(value: &str) -> String {
    let without: Option<Vec<&str>> = value.split(", ").map(|word| word.strip_prefix("not ")).collect();
    match without {
        Some(words) if words.len() > 1 => format!("neither {}", words.join(" nor ")),
        Some(words) => format!("anything but {}", words.concat()),
        None => value.replace(" | ", " or "),
    }
}

fn codes(page: &mut String) {
    page.push_str("<section id=\"codes\"><h2>What each answer means</h2>\n<dl class=\"codes\">\n");
    for code in Code::ALL {
        let whose = match code.blame() {
            Blame::Nobody => "",
            Blame::Caller => " The request has to change.",
            Blame::Standing => " It depends on who asks.",
            Blame::State => " It depends on how things stand.",
            Blame::Place => " The server has to be looked after.",
        };
        put(
            page,
            format_args!("<dt id=\"code-{code}\">{code}</dt><dd>{}<span class=\"soft\">{whose}</span></dd>\n", text(code.text())),
        );
    }
    page.push_str("</dl></section>\n");
}

/// Text as it may stand anywhere in HTML.
fn text(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn put(page: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = page.write_fmt(what);
}
