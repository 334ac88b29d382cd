//! Spaces as people name them: the server itself, or a network by its name or id.

use std::str::FromStr;

use doorward_client::Session;
use doorward_core::text::{NETWORK_NAME, is_name};
use doorward_core::view::{SpaceView, Spelling};
use doorward_core::wire::SpaceFilter;
use doorward_core::{Code, SpaceId};

use super::CliError;
use super::error::NEXT;
use super::failure::explain;
use super::output::clean;

/// A space as it was named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// The server itself.
    #[default]
    Server,
    /// By its id. Whoever calls a network like an id names it by its id.
    Id(SpaceId),
    /// A network, by its name.
    Name(String),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match SpaceId::read(text) {
            Ok(SpaceId::SERVER) => Ok(Place::Server),
            Ok(id) => Ok(Place::Id(id)),
            Err(_) if is_name(text, NETWORK_NAME) => Ok(Place::Name(text.into())),
            Err(_) => Err("name a network by its name or its id; see them with: doorward space list --found".into()),
        }
    }
}

/// Where something is to be done.
#[derive(Debug, clap::Args)]
pub(super) struct At {
    /// In which network: its name or id [default: the server itself]
    #[arg(long, global = true, value_name = "NETWORK")]
    space: Option<Place>,
}

impl At {
    /// The place that is meant.
    pub(super) async fn find(&self, session: &Session) -> Result<Here, CliError> {
        self.space.clone().unwrap_or_default().find(session).await
    }

    /// Whether one was named.
    pub(super) fn is_named(&self) -> bool {
        self.space.is_some()
    }
}

/// A space that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Here {
    pub(super) id: SpaceId,
    /// What it is called; by its id, where only that is known.
    pub(super) name: String,
}

impl Here {
    /// What goes behind a command to mean this place.
    pub(super) fn option(&self) -> String {
        if self.id == SpaceId::SERVER { String::new() } else { format!(" --space {}", self.name) }
    }

    /// What goes behind a `space` command to mean this place.
    pub(super) fn argument(&self) -> String {
        if self.id == SpaceId::SERVER { String::new() } else { format!(" {}", self.name) }
    }

    /// `in crew`, for a network.
    pub(super) fn inside(&self) -> String {
        if self.id == SpaceId::SERVER { String::new() } else { format!(" in {}", self.name) }
    }
}

impl Place {
    /// The space that is meant. A name is looked for among one's own networks, then among those one may find: whether it
    /// is there for the asker is the server's to say.
    pub(super) async fn find(&self, session: &Session) -> Result<Here, CliError> {
        let name = match self {
            Place::Server => return Ok(Here { id: SpaceId::SERVER, name: clean(&session.client().well_known().name) }),
            Place::Id(id) => return Ok(Here { id: *id, name: id.to_hex() }),
            Place::Name(name) => name,
        };
        for filter in [SpaceFilter::Mine, SpaceFilter::Found] {
            let mut found = None;
            each_page(session, filter, |items| {
                found = items.iter().find(|item| item.name == *name).and_then(|item| item.space.read().ok());
                found.is_none()
            })
            .await?;
            if let Some(id) = found {
                return Ok(Here { id, name: name.clone() });
            }
        }
        Err(CliError::Denied {
            code: Code::NotFound,
            message: format!(
                "There is no network called {name} that you may see.{NEXT}See them with: doorward space list --found"
            ),
        })
    }
}

/// Every network of a list.
pub(super) async fn all(session: &Session, filter: SpaceFilter) -> Result<Vec<SpaceView>, CliError> {
    let mut all = Vec::new();
    each_page(session, filter, |items| {
        all.extend_from_slice(items);
        true
    })
    .await?;
    Ok(all)
}

/// Looks at networks, page after page, for as long as more are wanted.
async fn each_page(session: &Session, filter: SpaceFilter, mut look: impl FnMut(&[SpaceView]) -> bool) -> Result<(), CliError> {
    let mut after = None;
    loop {
        let page = session.spaces(filter, after.as_ref(), Some(1_000)).await.map_err(explain)?;
        after = page.next;
        if !look(&page.items) || after.is_none() {
            return Ok(());
        }
    }
}

/// What a space is called now; the id of one that is gone or may not be seen.
pub(super) async fn name_of(session: &Session, id: &SpaceId) -> String {
    session.space(id).await.map_or_else(|_| id.to_hex(), |space| clean(&space.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_as_people_name_them() {
        let id = SpaceId([0xab; 16]);
        assert_eq!(id.to_hex().to_uppercase().parse(), Ok(Place::Id(id)));
        for server in ["server", &SpaceId::SERVER.to_hex()] {
            assert_eq!(server.parse(), Ok(Place::Server), "{server}");
        }
        for name in ["crew", "a", "night-shift", "2026"] {
            assert_eq!(name.parse(), Ok(Place::Name(name.into())));
        }
        for bad in ["", "Crew", "-a", "a b", "\u{e9}", &"a".repeat(64)] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
    }
}
