//! What was answered, and whether it holds after a crash.
//!
//! - An acknowledged *yes* is there, whole, and repeating its request gives the same bytes (I8, I11).
//! - A request without an answer is wholly there or not at all, and from then on its answer is one and the same.
//! - No invite admitted more than its uses, by the receipts and by what the owner is told (I2).
//! - Receipts have sequence numbers of their own that only rise, and the chain hash that the history has there.

use super::crowd::Crowd;
use super::deed::{Deed, Done, What, is_yes};
use super::file::StoreFile;
use super::owner::Offer;
use crate::{Answer, Connection, Daemon, Oops};
use doorward_client::SignedReceipt;
use doorward_core::digest::Sha256Digest;
use doorward_core::{InviteId, ServerKey, SignKey};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// How many faults are told; after the first, others follow from it.
const TOLD: usize = 20;
/// How many receipts are asked for again at the end, at most: an old one takes a walk along the history.
const ASKED_AGAIN: usize = 1_000;

/// What happened so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Answers by status and code.
    pub answers: BTreeMap<String, u64>,
    /// Requests whose connection ended before the answer, and which had left their traces.
    pub unheard: u64,
    /// Those that had left none.
    pub unmade: u64,
    /// Receipts seen.
    pub receipts: u64,
    /// Decision records on the chain.
    pub decisions: u64,
}

/// A person who was let in.
struct Admitted {
    deed: Deed,
    body: Vec<u8>,
    /// The chain hash in the receipt.
    chain: Sha256Digest,
}

/// The book.
pub struct Book {
    server: ServerKey,
    admitted: BTreeMap<u64, Admitted>,
    offers: HashMap<InviteId, Arc<Offer>>,
    /// Somebody asked to revoke them, with or without an answer.
    falling: HashSet<SignKey>,
    /// The last sequence number that was told before each kill.
    highest: u64,
    end: (u64, Sha256Digest),
    tally: Tally,
    faults: Vec<String>,
}

impl Book {
    /// Empty, about this server.
    pub fn new(server: ServerKey) -> Self {
        Self {
            server,
            admitted: BTreeMap::new(),
            offers: HashMap::new(),
            falling: HashSet::new(),
            highest: 0,
            end: (0, [0; 32]),
            tally: Tally::default(),
            faults: Vec::new(),
        }
    }

    /// What happened so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Everything that does not fit.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    fn fault(&mut self, line: String) {
        if self.faults.len() < TOLD {
            self.faults.push(line);
        }
    }

    /// Judges what was done before a kill, on the daemon that was started after it. `done` is in order for each
    /// connection.
    pub fn after_kill(&mut self, daemon: &Daemon, crowd: &Crowd, done: &[Vec<Done>]) -> Result<(), Oops> {
        let file = StoreFile::open(&daemon.store())?;
        for done in done.iter().flatten() {
            match &done.deed.what {
                What::Revoke(key) => _ = self.falling.insert(*key),
                What::Mint(offer) => _ = self.offers.insert(offer.id(), offer.clone()),
                What::Redeem(..) | What::Cancel(_) => {}
            }
        }
        done.iter().for_each(|done| self.in_order(done));
        // All traces before anything is repeated: repeating makes them.
        let baseline = history_sequence(daemon)?;
        let mut traced = Vec::new();
        for done in done.iter().flatten() {
            let traces = file.has_traces(&done.deed).unwrap_or_else(|error| {
                self.fault(format!("half a commit: {error}"));
                done.is_acknowledged()
            });
            if let Some(answer) = &done.answer
                && traces != is_yes(answer)
            {
                self.fault(format!("answered {} {}, and its traces are there: {traces}", answer.status, answer.code()));
            }
            traced.push((done, traces));
        }
        let mut connection = Connection::open(daemon.address)?;
        for (done, traces) in traced {
            self.repeat(&mut connection, crowd, done, traces, baseline)?;
        }
        self.denied(daemon, crowd)?;
        self.follow(&file)
    }

    /// What one connection was told, one answer after the other, has rising sequence numbers.
    fn in_order(&mut self, done: &[Done]) {
        let mut last = self.highest;
        for done in done {
            let Some(answer) = &done.answer else { continue };
            let code = if is_yes(answer) { format!("{} {}", answer.status, name(&done.deed.what)) } else { answer.code() };
            *self.tally.answers.entry(code).or_default() += 1;
            if let (What::Redeem(..), true) = (&done.deed.what, is_yes(answer)) {
                match self.receipt(&done.deed, &answer.body) {
                    Some(sequence) if sequence > last => last = sequence,
                    Some(sequence) => self.fault(format!("the receipt {sequence} came after {last}")),
                    None => {}
                }
            }
        }
    }

    /// Sends a request again, twice if the first answer was never heard.
    fn repeat(
        &mut self,
        connection: &mut Connection,
        crowd: &Crowd,
        done: &Done,
        traces: bool,
        baseline: u64,
    ) -> Result<(), Oops> {
        let again = connection.send(&done.deed.request)?;
        if let Some(first) = &done.answer {
            self.same(&done.deed, first, &again);
            return Ok(());
        }
        let once_more = connection.send(&done.deed.request)?;
        self.same(&done.deed, &again, &once_more);
        crowd.learn(&done.deed.what, &again);
        *if traces { &mut self.tally.unheard } else { &mut self.tally.unmade } += 1;
        if traces && !is_yes(&again) && !self.has_fallen(&done.deed, &again) {
            self.fault(format!("it was done, unheard, and is now refused: {} {}", again.status, again.code()));
        }
        if let (What::Redeem(..), true) = (&done.deed.what, is_yes(&again))
            && let Some(sequence) = self.receipt(&done.deed, &again.body)
            && (sequence <= baseline) != traces
        {
            self.fault(format!("the receipt {sequence} of a redeem that was there: {traces}; the history ended at {baseline}"));
        }
        Ok(())
    }

    /// A repeated answer is the first one.
    fn same(&mut self, deed: &Deed, first: &Answer, again: &Answer) {
        let same = match is_yes(first) {
            true => again.status == first.status && again.body == first.body,
            // It was used up, and may be cancelled by now.
            false => again.status == first.status,
        };
        if !same && !self.has_fallen(deed, again) {
            let told = |answer: &Answer| format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body));
            self.fault(format!("a {}: first {}, then {}", name(&deed.what), told(first), told(again)));
        }
    }

    /// Whoever has fallen is not handed the old welcome again.
    fn has_fallen(&self, deed: &Deed, answer: &Answer) -> bool {
        let What::Redeem(_, guest) = &deed.what else { return false };
        self.falling.contains(&guest.key()) && answer.code() == "account-revoked"
    }

    /// Files a receipt. Gives its sequence number.
    fn receipt(&mut self, deed: &Deed, body: &[u8]) -> Option<u64> {
        let What::Redeem(offer, guest) = &deed.what else { return None };
        let text = String::from_utf8_lossy(body);
        let Some(signed) = SignedReceipt::from_json(&text, &self.server) else {
            self.fault(format!("no receipt of this server: {text}"));
            return None;
        };
        let receipt = signed.receipt();
        if (receipt.body.account, receipt.body.invite) != (guest.key(), offer.id()) {
            self.fault(format!("the receipt {} is for somebody else", receipt.sequence));
        }
        let filed = Admitted { deed: deed.clone(), body: body.to_vec(), chain: receipt.chain };
        if let Some(before) = self.admitted.insert(receipt.sequence, filed)
            && before.deed.request_id != deed.request_id
        {
            self.fault(format!("two receipts have the sequence number {}", receipt.sequence));
        }
        self.tally.receipts = self.admitted.len() as u64;
        Some(receipt.sequence)
    }

    /// Every acknowledged revoke still denies.
    fn denied(&mut self, daemon: &Daemon, crowd: &Crowd) -> Result<(), Oops> {
        let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
        for key in crowd.revoked() {
            let answer = socket.call("GET", &format!("/v1/authorized/{key}"), None)?;
            if answer.code() != "account-revoked" {
                self.fault(format!("{key} was revoked, and is now answered {}", answer.code()));
            }
        }
        Ok(())
    }

    /// Follows the chain from where it was last left; every receipt's hash is on it.
    fn follow(&mut self, file: &StoreFile) -> Result<(), Oops> {
        let from = self.end;
        let chain = match file.chain(&self.server, from) {
            Ok(chain) => chain,
            Err(error) => {
                self.fault(error.to_string());
                return Ok(());
            }
        };
        let receipts: Vec<(u64, Sha256Digest)> = self.admitted.range(from.0..).map(|(at, filed)| (*at, filed.chain)).collect();
        for (sequence, hash) in receipts {
            if chain.get(&sequence) != Some(&hash) {
                self.fault(format!("the receipt {sequence} is not on the chain"));
            }
        }
        self.tally.decisions += chain.len() as u64 - 1;
        if let Some((sequence, hash)) = chain.last_key_value() {
            self.end = (*sequence, *hash);
            self.highest = *sequence;
        }
        Ok(())
    }

    /// The last reckoning: the whole chain, receipts from all of it once more under a new request id, every invite as the
    /// owner sees it.
    pub async fn close(&mut self, daemon: &Daemon, crowd: &Crowd) -> Result<(), Oops> {
        (self.end, self.highest, self.tally.decisions) = ((0, [0; 32]), 0, 0);
        self.follow(&StoreFile::open(&daemon.store())?)?;
        let mut connection = Connection::open(daemon.address)?;
        let mut admitted: HashMap<InviteId, BTreeSet<SignKey>> = HashMap::new();
        let filed: Vec<(Deed, serde_json::Value)> = self
            .admitted
            .values()
            .map(|filed| (filed.deed.clone(), serde_json::from_slice(&filed.body).unwrap_or_default()))
            .collect();
        let every = filed.len() / ASKED_AGAIN + 1;
        for (number, (deed, first)) in filed.into_iter().enumerate() {
            let What::Redeem(offer, guest) = &deed.what else { continue };
            admitted.entry(offer.id()).or_default().insert(guest.key());
            if number % every != 0 {
                continue;
            }
            let again = connection.send(&Deed::redeem_again(crowd.owner(), offer, guest)?.request)?;
            let same = again.json()["receipt"] == first["receipt"] && again.json()["signature"] == first["signature"];
            if !same && !self.has_fallen(&deed, &again) {
                self.fault(format!("{} asked again and got {} {}", guest.key(), again.status, again.code()));
            }
        }
        for offer in self.offers.values().cloned().collect::<Vec<_>>() {
            self.invite(crowd, &offer, admitted.remove(&offer.id()).unwrap_or_default()).await?;
        }
        if !admitted.is_empty() {
            self.fault(format!("{} invites let people in and were never made", admitted.len()));
        }
        Ok(())
    }

    /// One invite: as many uses as receipts, the same people, and not more than it may have.
    async fn invite(&mut self, crowd: &Crowd, offer: &Offer, receipts: BTreeSet<SignKey>) -> Result<(), Oops> {
        let (mut listed, mut after) = (BTreeSet::new(), None);
        let uses = loop {
            let shown = crowd.owner().session().show_invite(offer.id(), after.as_ref(), Some(1_000)).await?;
            listed.extend(shown.uses.iter().filter_map(|used| used.account.read().ok()));
            match shown.next {
                Some(next) => after = Some(next),
                None => break shown.invite.uses,
            }
        };
        let most = if offer.max_uses == 0 { u32::MAX } else { offer.max_uses };
        if uses > most || uses as usize != receipts.len() || listed != receipts {
            let (listed, receipts, id) = (listed.len(), receipts.len(), offer.id());
            self.fault(format!("invite {id}: {uses} uses of {most}, {listed} people listed, {receipts} receipts"));
        }
        Ok(())
    }
}

fn name(what: &What) -> &'static str {
    match what {
        What::Redeem(..) => "redeem",
        What::Mint(_) => "mint",
        What::Cancel(_) => "cancel",
        What::Revoke(_) => "revoke",
    }
}

/// The sequence number of the last decision record, as the daemon tells it.
fn history_sequence(daemon: &Daemon) -> Result<u64, Oops> {
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    let metrics = String::from_utf8(socket.call("GET", "/metrics", None)?.body)?;
    let line = metrics.lines().find_map(|line| line.strip_prefix("doorward_history_sequence "));
    Ok(line.ok_or("the metrics do not tell the end of the history")?.trim().parse()?)
}
