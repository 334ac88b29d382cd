//! A space in words.

use doorward_client::Session;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::view::{SpaceView, Spelling};

use crate::cli::context::names;
use crate::cli::output::{Table, clean, field};
use crate::cli::places::Here;
use crate::cli::words;

/// All about one. `here` is how it was named.
pub(super) async fn in_words(space: &SpaceView, here: &Here, session: &Session) -> String {
    let now = session.client().now();
    let names = names(session, space.owner.iter()).await;
    let owner = space.owner.as_ref().and_then(|key| key.read().ok());
    let owner = owner.map_or("none".into(), |key| names.get(&key).cloned().unwrap_or_else(|| key.fingerprint()));
    let limit = if space.max_members == 0 { "no limit".into() } else { format!("at most {}", space.max_members) };
    let mut text = clean(&space.name) + "\n";
    if !space.description.is_empty() {
        text += &field("about", &space.description);
    }
    text +=
        &field("joining", &space.join_rule.read().map_or_else(|_| space.join_rule.as_str().to_owned(), |rule| told(rule, here)));
    match space.pause.read() {
        _ if !space.paused => {}
        Ok(Pause::Until(until)) => text += &field("paused", &format!("nobody comes in; ends {}", words::in_full(until, now))),
        Ok(Pause::UntilLifted | Pause::No) | Err(_) => {
            text += &field("paused", &format!("nobody comes in, until: doorward space set{} --resume", here.argument()));
        }
    }
    text += &field("members", &space.members.map_or(limit.clone(), |members| format!("{members}, {limit}")));
    text += &field("owner", &if space.governed { owner } else { "none: it is not governed, so all are members alike".into() });
    if here.argument().is_empty() {
        return text;
    }
    text += &field("found by", if space.listed { "everybody at the server" } else { "its members, and who governs the server" });
    text += &field("you", &standing(space));
    text + &field("id", space.space.as_str())
}

/// Networks, a line each.
pub(super) fn table(spaces: &[SpaceView]) -> String {
    let mut table = Table::new(&["NAME", "JOINING", "MEMBERS", "YOU", "ABOUT"]);
    for space in spaces {
        let paused = if space.paused { ", paused" } else { "" };
        table.row(vec![
            space.name.clone(),
            format!("{}{paused}", space.join_rule.as_str()),
            space.members.map_or("-".into(), |members| members.to_string()),
            standing(space),
            space.description.clone(),
        ]);
    }
    table.text()
}

/// What one is there oneself.
fn standing(space: &SpaceView) -> String {
    match &space.you.role {
        Some(role) => role.as_str().to_owned(),
        None if space.you.may.is_empty() => "not in".into(),
        None => "not in, but may govern it".into(),
    }
}

/// A rule with its name and what it means there. Nobody comes into a network past the server.
fn told(rule: JoinRule, here: &Here) -> String {
    let means = match rule {
        JoinRule::Open if !here.argument().is_empty() => "everybody at the server comes in, with an invite or without",
        _ => meaning(rule),
    };
    format!("{}: {means}", rule.spell())
}

/// What a rule means, in words. Display only: who comes in is the core's table.
pub(super) fn meaning(rule: JoinRule) -> &'static str {
    match rule {
        JoinRule::Open => "anybody comes in, with an invite or without",
        JoinRule::Token => "whoever holds the join token comes in",
        JoinRule::Invite => "whoever holds an invite comes in",
        JoinRule::Allowlist => "keys on the allowlist come in, with an invite or without",
        JoinRule::Closed => "nobody comes in, not even with an invite",
    }
}
