//! What every handler shares.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use doorward_core::wire::{Asker, Command};
use doorward_core::{DecisionId, Signature, Timestamp};
use doorward_shell::{Answered, Shell};
use tokio::sync::Notify;

use super::assets::Asset;
use super::counts::Counts;
use super::events::Watching;
use super::limits::Throttle;
use super::pages;
use crate::config::PublicUrl;

/// Which listener a request came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one for everyone: without a signature, a stranger asks.
    Public,
    /// The one for services of the same operator: without a signature, a service asks.
    Service,
}

/// What every handler shares. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    /// Decides.
    pub(crate) shell: Shell,
    /// What signed requests cover.
    pub(crate) public_url: Arc<PublicUrl>,
    /// The clock, for whoever asks what time it is here.
    pub(crate) clock: fn() -> Timestamp,
    /// Who may not ask any more for a while.
    pub(crate) throttle: Arc<Throttle>,
    /// What was served.
    pub(crate) counts: Arc<Counts>,
    /// Told whenever someone was let in.
    pub(crate) admitted: Arc<Notify>,
    /// The invite page, with this server's key in it.
    pub(crate) invite_page: Option<Arc<Asset>>,
    /// Which listener this is for.
    pub(crate) side: Side,
    /// Those who watch.
    pub(crate) watching: Arc<Watching>,
    /// The description of what is served there, once somebody asked for it.
    pub(crate) description: Arc<OnceLock<Bytes>>,
}

impl Door {
    /// A door in front of this shell.
    pub fn new(shell: Shell, public_url: PublicUrl, clock: fn() -> Timestamp, trusted_proxies: Vec<std::net::IpAddr>) -> Self {
        let invite_page = pages::invite_page(&shell.server_key().to_hex()).map(Arc::new);
        Self {
            shell,
            invite_page,
            public_url: Arc::new(public_url),
            clock,
            throttle: Arc::new(Throttle::new(trusted_proxies)),
            counts: Arc::default(),
            admitted: Arc::default(),
            side: Side::Public,
            watching: Arc::default(),
            description: Arc::default(),
        }
    }

    /// The same door, for this listener.
    pub(crate) fn on(self, side: Side) -> Self {
        Self { side, description: Arc::default(), ..self }
    }

    /// Sends home whoever watches, so that serving can end.
    pub fn end(&self) {
        self.watching.end();
    }

    /// Resolves whenever someone was let in since it was last awaited.
    pub async fn admission(&self) {
        self.admitted.notified().await;
    }

    /// Asks the shell.
    pub(crate) async fn ask(&self, asker: Asker, command: Command, attached: Vec<Signature>) -> Answered {
        let answered = self.shell.ask(asker, command, attached).await;
        if answered.decision != DecisionId::NONE {
            // On the line about the request, and on every later one.
            tracing::Span::current().record("decision", tracing::field::display(answered.decision));
        }
        answered
    }

    /// Who asks without a signature.
    pub(crate) fn unsigned(&self) -> Asker {
        match self.side {
            Side::Public => Asker::Stranger,
            Side::Service => Asker::Service,
        }
    }
}
