//! What the operating system tells the process.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Failure;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// End, after what is in flight.
    Stop,
    /// Read the policy again.
    Reload,
}

/// Waits for signals.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// From now on signals are ours.
    ///
    /// # Errors
    /// The operating system refuses.
    pub(super) fn listen() -> Result<Self, Failure> {
        let of = |kind| signal(kind).map_err(|error| Failure(format!("cannot wait for signals: {error}")));
        Ok(Self {
            terminate: of(SignalKind::terminate())?,
            interrupt: of(SignalKind::interrupt())?,
            hangup: of(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.hangup.recv() => Told::Reload,
        }
    }
}
