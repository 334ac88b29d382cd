//! `GET /.well-known/doorward`: what anyone may know of this server.

use axum::Json;
use axum::extract::State;
use doorward_core::view::{Versions, WellKnown};
use doorward_core::wire::{Asker, Command, Reply, VERSION};

use super::door::Door;
use super::problem::{Refusal, allowed};

/// The server's name, key, versions and time.
pub(crate) async fn show(State(door): State<Door>) -> Result<Json<WellKnown>, Refusal> {
    let answered = allowed(door.ask(Asker::Stranger, Command::Describe, Vec::new()).await)?;
    let Reply::Description(description) = answered.reply else {
        return Err(Refusal::unexpected(&answered));
    };
    let server = door.shell.server_key();
    Ok(Json(WellKnown {
        name: description.name,
        fingerprint: server.server_fingerprint().into(),
        server_key: server.into(),
        policy_digest: door.shell.policy_digest().into(),
        versions: Versions { doorward: env!("CARGO_PKG_VERSION").to_owned(), wire: VERSION },
        time: (door.clock)().into(),
        has_owner: description.has_owner,
        public_url: door.public_url.as_str().to_owned(),
        guards: Vec::new(),
    }))
}
