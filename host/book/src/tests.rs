use super::{ALONE, SERVED};

#[test]
fn every_rule_can_be_linked_to_and_every_code_is_explained() {
    for rule in doorward_core::rule::Rule::all() {
        assert_eq!(SERVED.matches(&format!(" id=\"rule-{}\"", rule.id())).count(), 1, "{}", rule.id());
        assert!(SERVED.contains(&rule.text().replace('"', "&quot;")), "{}", rule.text());
    }
    for code in doorward_core::Code::ALL {
        assert_eq!(SERVED.matches(&format!(" id=\"code-{code}\"")).count(), 1, "{code}");
    }
}

#[test]
fn every_row_of_every_table_is_there() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../core/tests/snapshots");
    let texts = std::fs::read_dir(folder).expect("the tables").map(|entry| std::fs::read_to_string(entry.expect("one").path()));
    let rows =
        |text: String| text.lines().skip_while(|line| !line.starts_with("-  ") && !line.starts_with("--  ")).skip(1).count();
    let expected: usize = texts.map(|text| rows(text.expect("text"))).sum();
    assert!(expected > 250, "{expected}");
    assert_eq!(SERVED.matches("<tr").count() - SERVED.matches("<thead><tr").count(), expected);
}

#[test]
fn no_id_stands_twice_and_every_link_leads_somewhere() {
    let ids: Vec<&str> = SERVED.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let once: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), once.len());
    for link in SERVED.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(once.contains(link), "{link}");
    }
}

#[test]
fn one_needs_another_file_and_the_other_does_not() {
    assert!(SERVED.contains("<link rel=\"stylesheet\"") && !SERVED.contains("<style"));
    assert!(!ALONE.contains("<link") && ALONE.contains("<style>"));
    assert!(!SERVED.contains("<script") && !ALONE.contains("<script"));
}
