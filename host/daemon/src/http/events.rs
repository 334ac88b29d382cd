//! `/v1/events`: what happens, told as it happens (Server-Sent Events, WHATWG HTML 9.2) to whoever may see it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use doorward_core::Code;
use doorward_core::view::{EndedItem, EventItem, EventsQuery, WatchingItem};
use doorward_shell::{Happening, Watcher};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::door::Door;
use super::incoming::{Incoming, Query};
use super::operation::{Facts, Given, Gives};
use super::problem::Refusal;

/// How many may watch at a time; each holds a connection for as long as he likes.
const MOST: usize = 256;
/// For how long nothing is said where nothing happens. Shorter than proxies wait for a word.
const QUIET: Duration = Duration::from_secs(15);
/// After how many seconds to come back where all places are taken.
const COME_BACK: u32 = 5;

/// Those who watch.
pub(crate) struct Watching {
    places: Arc<Semaphore>,
    ending: watch::Sender<bool>,
}

impl Default for Watching {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST)), ending: watch::Sender::new(false) }
    }
}

impl Watching {
    /// How many watch now.
    pub(crate) fn count(&self) -> usize {
        MOST - self.places.available_permits()
    }

    /// Sends everybody home: what never ends by itself must not hold up a stop.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
    }
}

/// What is told to one of them.
pub(crate) struct Telling {
    watcher: Watcher,
    ending: watch::Receiver<bool>,
    ready: VecDeque<Event>,
    ended: bool,
    _place: OwnedSemaphorePermit,
}

impl IntoResponse for Telling {
    fn into_response(self) -> Response {
        let told = stream::unfold(self, |mut telling| async move {
            let event = telling.next().await?;
            Some((Ok::<_, Infallible>(event), telling))
        });
        streamed(Sse::new(told))
    }
}

/// Nobody keeps it, and no proxy holds it back until there is more.
fn streamed(told: impl IntoResponse) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    (headers, told).into_response()
}

impl Gives for Telling {
    fn tell(facts: &mut Facts) {
        facts.answers.push(Given::text(
            "text/event-stream",
            "Events without an end. `watching` comes first, and whenever nothing happened for 15 seconds; `ended` comes last, with the reason. An id is the sequence number to go on from.",
        ));
    }
}

/// `GET /v1/events`
pub(crate) async fn tell(
    State(door): State<Door>,
    Query(EventsQuery { after }): Query<EventsQuery>,
    incoming: Incoming,
) -> Result<Telling, Refusal> {
    let Ok(place) = Arc::clone(&door.watching.places).try_acquire_owned() else {
        return Err(Refusal::from(Code::Busy).repeat_after(COME_BACK));
    };
    let ending = door.watching.ending.subscribe();
    let Incoming { asker, attached, .. } = incoming;
    let watcher = door.shell.watch(asker, attached, after).await.map_err(|answered| Refusal::from_answer(&answered))?;
    let ready = VecDeque::from([watching(watcher.after())]);
    Ok(Telling { watcher, ending, ready, ended: false, _place: place })
}

impl Telling {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            let next = tokio::select! {
                biased;
                _ = self.ending.wait_for(|ending| *ending) => Err(Code::Unavailable),
                next = self.watcher.next(QUIET) => next,
            };
            match next {
                Ok(happened) if happened.is_empty() => self.ready.push_back(watching(self.watcher.after())),
                Ok(happened) => self.ready.extend(told(happened)),
                Err(code) => {
                    self.ended = true;
                    self.ready.push_back(data("ended", &EndedItem { code: code.into() }));
                }
            }
        }
    }
}

/// Only the last event of a decision bears its number: whoever is cut off in between gets all of them again.
fn told(happened: Vec<Happening>) -> impl Iterator<Item = Event> {
    let sequences: Vec<u64> = happened.iter().map(|one| one.sequence).collect();
    happened.into_iter().enumerate().map(move |(at, Happening { sequence, at: time, event })| {
        let item = EventItem::new(sequence, time, event);
        let told = data(item.kind.as_str(), &item);
        if sequences.get(at + 1) == Some(&sequence) { told } else { told.id(sequence.to_string()) }
    })
}

fn watching(after: u64) -> Event {
    data("watching", &WatchingItem { after }).id(after.to_string())
}

fn data(name: &str, item: &impl Serialize) -> Event {
    // Shapes of ours always have a spelling, without a line break in it.
    Event::default().event(name).data(serde_json::to_string(item).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_stream_is_kept_by_nobody_and_held_back_by_nobody() {
        let response = streamed(Sse::new(stream::empty::<Result<Event, Infallible>>()));
        let header = |name: &str| response.headers().get_all(name).iter().cloned().collect::<Vec<HeaderValue>>();
        assert_eq!(header("content-type"), ["text/event-stream"]);
        assert_eq!(
            (header("cache-control"), header("x-accel-buffering")),
            (vec!["no-store".parse().unwrap()], vec!["no".parse().unwrap()])
        );
    }

    #[test]
    fn the_last_event_of_a_decision_bears_its_number() {
        let kinds = [doorward_core::wire::EventKind::AccountRegistered, doorward_core::wire::EventKind::MemberJoined];
        let happening = |sequence, kind| Happening {
            sequence,
            at: doorward_core::Timestamp(0),
            event: doorward_core::wire::Event { kind, space: doorward_core::SpaceId::SERVER, account: None, invite: None },
        };
        let all = vec![happening(7, kinds[0]), happening(7, kinds[1]), happening(9, kinds[0])];
        let texts: Vec<String> = told(all).map(|event| format!("{event:?}")).collect();
        let numbered: Vec<bool> = texts.iter().map(|text| text.contains("id: ")).collect();
        assert_eq!(numbered, [false, true, true]);
    }
}
