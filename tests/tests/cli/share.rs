//! Handing invites on: one in every form, and many at once.

use super::Person;
use doorward_tests::{Daemon, Oops, Settings, program};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn owner(daemon: &Daemon) -> Result<Person, Oops> {
    Person::joined(&daemon.public_url, &daemon.owner_link()?, "Ada")
}

fn field<'a>(text: &'a str, name: &str) -> Result<&'a str, Oops> {
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("  {name:<12}")));
    Ok(line.ok_or_else(|| format!("no {name} in {text}"))?)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[test]
fn one_invite_in_every_form_and_again_later() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let ada = owner(&daemon)?;
    let made = ada.done(&["invite", "create", "--label", "for Cyd", "--qr"])?;
    let link = made.lines().find(|line| line.starts_with(&daemon.public_url)).ok_or("no link")?;
    assert_eq!(field(&made, "command")?, format!("doorward redeem '{link}' --handle NAME"));
    assert!(field(&made, "good until")?.starts_with("in 7 days ("), "{made}");
    assert_eq!(field(&made, "good for")?, "1 person, as member");
    let is_picture = |line: &&str| line.chars().count() > 40 && line.chars().all(|c| "█▀▄ ".contains(c));
    assert!((20..40).contains(&made.lines().filter(is_picture).count()), "{made}");

    let id = field(&made, "invite id")?;
    assert_eq!(ada.done(&["invite", "link", id, "--qr"])?, made, "the same again, from the issuer's own keys");
    let plain = ada.done(&["invite", "link", id])?;
    assert_eq!(plain.lines().filter(is_picture).count(), 0, "no picture where nobody looks: {plain}");

    // Typed code and command lead to the same door.
    let cyd = Person::at(&daemon.public_url)?;
    assert!(cyd.done(&["preview", field(&made, "typed code")?])?.contains("Ada ("));
    let command = field(&made, "command")?.replace("NAME", "Cyd").replacen("doorward", &program()?.to_string_lossy(), 1);
    let ran = Command::new("sh").args(["-ec", &command]).env("DOORWARD_KEYS", cyd.keys.path()).output()?;
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let (_, said) = ada.ended(0, &["invite", "link", id])?;
    assert!(said.contains("It lets nobody in any more: used-up."), "{said}");
    Ok(())
}

#[test]
fn a_batch_by_labels_as_list_table_and_sheet() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let ada = owner(&daemon)?;
    let at = |name: &str| ada.keys.path().join(name);
    let labels = ["Lovelace, Ada", "<b>Ben</b> & \"co\"", "Žofie 🚪"];
    std::fs::write(at("guests.csv"), "seat;Label\n1;Lovelace, Ada\n2;\"<b>Ben</b> & \"\"co\"\"\"\n3;Žofie 🚪\n")?;
    let more = ["--greeting", "Come <in>", "--sheet", "sheet.html", "--csv", "links.csv"];
    let (printed, said) = ada.ended(0, &[&["invite", "create", "--labels", "guests.csv", "--json"], &more[..]].concat())?;
    let all: Vec<Value> = serde_json::from_str(&printed)?;
    assert_eq!(all.iter().map(|one| text(one, "label")).collect::<Vec<_>>(), labels);
    for name in ["sheet.html", "links.csv"] {
        assert_eq!(std::fs::metadata(at(name))?.permissions().mode() & 0o777, 0o600, "{name}");
        assert!(said.contains(&format!("{name} holds 3 links: whoever reads it can come in.")), "{said}");
    }

    let sheet = std::fs::read_to_string(at("sheet.html"))?;
    for (forbidden, why) in [("<script", "no script"), ("<b>Ben", "no text becomes markup"), ("Come <in>", "nor does this")] {
        assert!(!sheet.contains(forbidden), "{why}");
    }
    assert_eq!(
        sheet.matches("://").count() - sheet.matches(&format!("{}/i", daemon.public_url)).count(),
        0,
        "nothing from elsewhere"
    );
    assert!(sheet.contains("&lt;b&gt;Ben&lt;/b&gt; &amp; &quot;co&quot;") && sheet.contains("Everything here is secret"));
    for one in &all {
        assert!(sheet.contains(&text(one, "typed_code").replace('-', "-<wbr>")), "every code is there to type");
    }
    let table = std::fs::read_to_string(at("links.csv"))?;
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("label,link,typed_code,expires,role,max_uses,id"));
    let second = lines.nth(1).ok_or("no second line")?;
    let rest = [text(&all[1], "link"), text(&all[1], "typed_code"), text(&all[1], "expires"), "member", "1", text(&all[1], "id")];
    assert_eq!(second, format!("\"<b>Ben</b> & \"\"co\"\"\",{}", rest.join(",")));

    // What is there already is never written over, and nothing is made for it.
    let (_, said) = ada.ended(1, &["invite", "create", "--sheet", "sheet.html"])?;
    assert!(said.contains("sheet.html is there already"), "{said}");
    assert_eq!(std::fs::read_to_string(at("sheet.html"))?, sheet);
    assert_eq!(ada.json(&["invite", "list"])?.as_array().map(Vec::len), Some(3));

    // And again later, from the issuer's own keys.
    let ids: Vec<&str> = all.iter().map(|one| text(one, "id")).collect();
    let again = ada.json(&[&["invite", "link", "--sheet", "again.html"], &ids[..]].concat())?;
    assert_eq!(again, Value::Array(all.clone()));
    assert_eq!(std::fs::read_to_string(at("again.html"))?, sheet);
    Ok(())
}

#[test]
fn a_batch_that_is_refused_half_way_keeps_what_was_made() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let ada = owner(&daemon)?;
    ada.done(&["invite", "create", "--count", "997"])?;
    let labels = ada.keys.path().join("five");
    std::fs::write(&labels, "A\nB\nC\nD\nE\n")?;
    let (printed, said) = ada.ended(2, &["invite", "create", "--labels", "five", "--csv", "five.csv"])?;
    assert!(said.contains("Made 3 of 5 invites; the next would have been \"D\"."), "{said}");
    assert!(said.contains("doorward: too-many-invites"), "{said}");
    let links: Vec<&str> = printed.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1)).collect();
    let table = std::fs::read_to_string(ada.keys.path().join("five.csv"))?;
    assert!(links.len() == 3 && links.iter().all(|link| table.contains(link)), "{printed}{table}");
    let (_, said) = ada.ended(2, &["invite", "create", "--csv", "none.csv"])?;
    assert!(said.contains("too-many-invites") && !ada.keys.path().join("none.csv").exists(), "an empty file goes away again");
    Ok(())
}

#[test]
fn a_batch_that_is_interrupted_keeps_what_was_made() -> Result<(), Oops> {
    // Slow enough to be interrupted.
    let daemon = Daemon::start_with(Settings { sync_delay: Some(Duration::from_millis(20)), ..Settings::default() })?;
    let ada = owner(&daemon)?;
    let mut command = ada.command(&["invite", "create", "--count", "1000", "--json", "--sheet", "sheet.html"])?;
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let start = Instant::now();
    while ada.json(&["invite", "list"])?.as_array().map_or(0, Vec::len) < 3 {
        assert!(start.elapsed() < Duration::from_secs(30), "nothing is made");
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{said}");
    let all: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    assert!((3..1000).contains(&all.len()) && said.contains(&format!("interrupted: {} invites were made", all.len())), "{said}");
    // Nobody made one that nobody has.
    assert_eq!(ada.json(&["invite", "list"])?.as_array().map(Vec::len), Some(all.len()));
    assert_eq!(codes(&ada.keys.path().join("sheet.html"))?, all.len());
    Ok(())
}

fn codes(sheet: &Path) -> Result<usize, Oops> {
    Ok(std::fs::read_to_string(sheet)?.matches("<svg").count())
}
