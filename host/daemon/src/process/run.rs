//! `doorward serve`, from the first file to the last.

use std::sync::Arc;

use doorward_core::ServerKey;
use doorward_engine::{Policy, Slot};
use doorward_shell::{Limits, Parts, Shell};
use doorward_store::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::data::DataFolder;
use super::high_water::{self, HighWater, Kept, Mark};
use super::signals::{Signals, Told};
use super::{Failure, housekeeping, log, owner, policy, sockets, store};
use crate::ambient::{clock, entropy};
use crate::config::Config;
use crate::http::{self, Door, Listener};

/// Records kept in memory for the questions of services, each for a second at most: some 8 MiB.
const QUESTIONS_KEPT: usize = 8_192;

/// What has been opened.
pub(super) struct Opened {
    pub(super) shell: Shell,
    pub(super) folder: DataFolder,
    slot: Arc<Slot>,
    store: Arc<dyn Store>,
    mark: Arc<Kept>,
}

impl Opened {
    /// Finishes what is under way and makes everything durable.
    pub(super) async fn stop(&self) {
        self.shell.stop().await;
        self.mark.sync();
        if let Err(error) = self.store.fold() {
            tracing::warn!("the store could not be left in order, which the next start will do: {error}");
        }
    }
}

/// Opens folder, store, key and shell, in this order: whoever holds the store's lock is alone with the rest.
///
/// # Errors
/// One line: what is in the way.
pub(super) fn open(config: &Config, policy: Policy) -> Result<Opened, Failure> {
    let folder = DataFolder::open(&config.data)?;
    let store = store::open(&folder, clock::now(), config.sync_delay)?;
    let mark = high_water::read(&folder)?;
    let signer = folder.signer(store::is_new(&*store)? && mark.is_none(), entropy::fresh)?;
    let mut mark = high_water(&folder, &*store, &signer.public())?;
    let kept = mark.kept();
    let slot = Arc::new(Slot::new(policy));
    let parts = Parts {
        store: Arc::clone(&store),
        policy: Arc::clone(&slot),
        signer,
        clock: clock::now,
        entropy: entropy::for_decision,
        // The store's lock keeps every other process out.
        limits: Limits { cache: QUESTIONS_KEPT, ..Limits::default() },
        reached: Some(Box::new(move |place| mark.raise(place))),
    };
    let shell = Shell::start(parts).map_err(|error| Failure(error.to_string()))?;
    Ok(Opened { shell, folder, slot, store, mark: kept })
}

/// Refuses a store that is behind its mark, and opens the mark.
fn high_water(folder: &DataFolder, store: &dyn Store, server: &ServerKey) -> Result<HighWater, Failure> {
    high_water::settle(folder, store, server)?;
    let mark = high_water::read(folder)?;
    let place = high_water::compare(folder, store, server, mark)?;
    let opened =
        HighWater::open(folder, Mark { server: *server, place, restore_epoch: mark.map_or(0, |mark| mark.restore_epoch) })?;
    // After the mark is there: a store that says so without one would not open again.
    high_water::promise(store)?;
    Ok(opened)
}

/// Serves until told to stop.
///
/// # Errors
/// One line: what kept it from starting, or what ended it.
pub async fn serve(config: &Config) -> Result<(), Failure> {
    log::start(&config.log, config.log_format)?;
    let mut signals = Signals::listen()?;
    let policy = policy::load(config.policy.as_deref())?;
    let opened = open(config, policy)?;
    // Sockets before the owner link: a start that fails on a port in use must not make the former link void.
    let ended = match bind(config).await {
        Ok(bound) => serve_on(config, &opened, bound, &mut signals).await,
        Err(failure) => Err(failure),
    };
    opened.stop().await;
    ended.inspect(|()| tracing::info!("stopped"))
}

struct Bound {
    public: tokio::net::TcpListener,
    service: Option<(tokio::net::UnixListener, sockets::ServiceSocket)>,
}

async fn bind(config: &Config) -> Result<Bound, Failure> {
    Ok(Bound { public: sockets::public(config.listen).await?, service: sockets::service(&config.service_listen).await? })
}

async fn serve_on(config: &Config, opened: &Opened, bound: Bound, signals: &mut Signals) -> Result<(), Failure> {
    let Opened { shell, folder, slot, store, mark } = opened;
    owner::offer(shell, config, folder).await?;
    if owner::describe(shell).await.is_ok_and(|known| known.is_some_and(|description| description.unreviewed)) {
        tracing::warn!(
            "a restore waits to be accepted, and nobody is let in: look at accounts and invites, stop, and run: doorward restore --accept"
        );
    }
    let door = Door::new(shell.clone(), config.public_url.clone(), clock::now, config.trusted_proxies.clone());
    let (stop, stopping) = watch::channel(false);
    let mut serving = JoinSet::new();
    let address = bound.public.local_addr().map_or_else(|_| config.listen.to_string(), |address| address.to_string());
    let throttle = Arc::clone(&door.throttle);
    let most = config.max_connections;
    serving.spawn(http::serve(
        Listener::Tcp(bound.public),
        http::public(door.clone()),
        Arc::clone(&throttle),
        most,
        stopping.clone(),
    ));
    let mut socket = None;
    if let Some((listener, file)) = bound.service {
        serving.spawn(http::serve(Listener::Unix(listener), http::service(door.clone()), throttle, most, stopping));
        socket = Some(file);
    }
    let mut beside = JoinSet::new();
    beside.spawn(housekeeping::keep(shell.clone(), Arc::clone(store)));
    beside.spawn(Arc::clone(mark).keep_synced());
    beside.spawn(clear_owner_link(door.clone(), shell.clone(), folder.clone()));
    tracing::info!(listen = address, public_url = %config.public_url, server = %shell.server_key(), policy = hex::encode(shell.policy_digest()), "serving");
    if config.listen.ip().is_loopback() && config.trusted_proxies.is_empty() && config.public_url.is_https() {
        tracing::warn!(
            "behind a proxy that is not in `trusted-proxies`: failed proofs and joins without an invite have one limit for everyone"
        );
    }
    let ended = wait(config, shell, slot, signals).await;
    drop(socket);
    // Both listeners stop accepting at once and end what is in flight.
    let _ = stop.send(true);
    serving.join_all().await;
    beside.shutdown().await;
    ended
}

/// Waits for the end.
async fn wait(config: &Config, shell: &Shell, slot: &Slot, signals: &mut Signals) -> Result<(), Failure> {
    loop {
        tokio::select! {
            told = signals.next() => match told {
                Told::Stop => {
                    tracing::info!("stopping");
                    return Ok(());
                }
                Told::Reload => reload(config, slot).await,
            },
            () = shell.failed() => {
                return Err(Failure("the outcome of a commit is not known; starting again finds out what was kept".to_owned()));
            }
        }
    }
}

/// Puts the policy file in force as it is now. What is being decided meanwhile is decided by the one before.
async fn reload(config: &Config, slot: &Slot) {
    let path = config.policy.clone();
    match tokio::task::spawn_blocking(move || policy::load(path.as_deref())).await {
        Ok(Ok(next)) => {
            let now = hex::encode(next.digest());
            let before = hex::encode(slot.swap(next).digest());
            tracing::info!(before, now, "the policy was read again");
        }
        Ok(Err(failure)) => tracing::error!("the policy stays as it was: {failure}"),
        Err(error) => tracing::error!(%error, "the policy stays as it was"),
    }
}

/// Deletes the file with the owner link as soon as somebody came in by it.
async fn clear_owner_link(door: Door, shell: Shell, folder: DataFolder) {
    loop {
        door.admission().await;
        owner::clear(&shell, &folder).await;
    }
}
