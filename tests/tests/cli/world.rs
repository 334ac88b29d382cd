//! A server with people in it.

use super::Person;
use doorward_tests::{Daemon, Oops};
use std::collections::BTreeMap;

/// A running server, its people, and names for what is known only when it runs.
pub(crate) struct World {
    pub(crate) daemon: Daemon,
    people: BTreeMap<&'static str, Person>,
    names: BTreeMap<&'static str, String>,
}

impl World {
    /// Ada owns it; Cyd, Dee and Gus are members, and Gus was shown the door. Eve has keys that nobody knows, Fay, Hal and Ivy have none.
    pub(crate) fn new() -> Result<Self, Oops> {
        let daemon = Daemon::start()?;
        let url = daemon.public_url.clone();
        let ada = Person::joined(&url, &daemon.owner_link()?, "Ada")?;
        let mut names = BTreeMap::new();
        let invite = |more: &[&str]| ada.json(&[&["invite", "create"], more].concat());
        for (id, link) in [("invite", "link"), ("spare", "spare link"), ("fresh", "fresh link"), ("cancelled", "cancelled link")]
        {
            let made = invite(&[])?;
            names.insert(id, made["id"].as_str().ok_or("no id")?.to_owned());
            names.insert(link, made["link"].as_str().ok_or("no link")?.to_owned());
        }
        ada.done(&["invite", "cancel", &names["cancelled"]])?;
        let many = invite(&["--uses", "10"])?;
        names.insert("many link", many["link"].as_str().ok_or("no link")?.to_owned());
        let mut people = BTreeMap::from([("fay", Person::at(&url)?), ("eve", Person::at(&url)?), ("hal", Person::at(&url)?)]);
        people.insert("ivy", Person::at(&url)?);
        for (name, handle) in [("cyd", "Cyd"), ("dee", "Dee"), ("gus", "Gus")] {
            let person = Person::joined(&url, &names["many link"], handle)?;
            names.insert(name, person.json(&["whoami"])?["account"]["key"].as_str().ok_or("no key")?.to_owned());
            people.insert(name, person);
        }
        for (offer, network) in [("offer", "club"), ("other offer", "den")] {
            ada.done(&["space", "create", network])?;
            ada.done(&["member", "invite", &names["cyd"], "--space", network])?;
            let waiting = people["cyd"].json(&["inbox"])?;
            let made = waiting.as_array().into_iter().flatten().find(|item| item["space_name"] == network).ok_or("no offer")?;
            names.insert(offer, made["id"].as_str().ok_or("no id")?.to_owned());
        }
        ada.done(&["account", "revoke", &names["gus"]])?;
        let eve = people["eve"].json(&["key", "new"])?;
        for (name, key) in [("eve", "sign_key"), ("eve kex", "kex_key")] {
            names.insert(name, eve[key].as_str().ok_or("no key")?.to_owned());
        }
        let file = people["cyd"].json(&["key", "show"])?[0]["file"].as_str().ok_or("no file")?.to_owned();
        names.insert("key file", file);
        names.insert("url", url.clone());
        names.insert("data", daemon.data().to_string_lossy().into_owned());
        names.insert("listen", daemon.address.to_string());
        people.insert("ada", ada);
        Ok(Self { daemon, people, names })
    }

    pub(crate) fn person(&self, name: &str) -> &Person {
        &self.people[name]
    }

    /// A command line, with `{names}` filled in.
    pub(crate) fn words(&self, line: &str) -> Vec<String> {
        let filled = |word: &str| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
            Some(name) => self.names[name.replace('_', " ").as_str()].clone(),
            None => word.to_owned(),
        };
        line.split_whitespace().map(filled).collect()
    }
}
