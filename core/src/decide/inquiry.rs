//! Asking for what must be known, round by round, and reading what was found.

use super::{Halt, Ruling, Stop, deny, fault};
use crate::check::{Check, CheckResult, Proof, SignatureCheck};
use crate::code::Code;
use crate::id::{InviteId, SpaceId};
use crate::key::SignKey;
use crate::record::{Glance, RootGlance, ServerRoot, Space, Stored, keys};
use crate::rule;
use crate::text::{self, Kind};
use crate::time::Timestamp;
use crate::wire::{Context, Facts, Need, PageFact, PageNeed, RecordNeed};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// How far, in seconds, the clock may be behind the records before nothing is decided any more.
const CLOCK_SLACK: u64 = 5;

/// The facts so far, and what is missing.
pub(crate) struct Inquiry<'a> {
    facts: Facts<'a>,
    missing: Need,
}

impl<'a> Inquiry<'a> {
    #[inline]
    pub(crate) fn new(facts: Facts<'a>) -> Self {
        Self { facts, missing: Need { records: Vec::new(), pages: Vec::new(), checks: Vec::new() } }
    }

    /// Wants a record, guarded: what follows from it holds only while it is unchanged.
    #[inline]
    pub(crate) fn want(&mut self, key: &str) {
        if self.facts.record(key).is_none() && !self.missing.records.iter().any(|need| need.key == key) {
            self.missing.records.push(RecordNeed { key: key.into(), guarded: true });
        }
    }

    /// Wants these records.
    pub(crate) fn want_all(&mut self, keys: &[String]) {
        keys.iter().for_each(|key| self.want(key));
    }

    /// Wants a page.
    pub(crate) fn want_page(&mut self, need: &PageNeed) {
        if self.facts.page(need).is_none() {
            self.missing.pages.push(need.clone());
        }
    }

    /// Wants a check, and gives its answer if it is there.
    pub(crate) fn check(&mut self, check: Check) -> CheckResult {
        let found = self.facts.check(&check.digest());
        if found.is_none() {
            self.missing.checks.push(check);
        }
        // Nobody looks at this before `ready` has said that nothing is missing.
        found.unwrap_or(CheckResult::Bad)
    }

    /// Wants a signature check.
    pub(crate) fn check_signature(&mut self, key: crate::SignKey, bytes: Vec<u8>, proof: Proof) -> bool {
        self.check(Check::Signature(SignatureCheck { key, bytes, proof })) == CheckResult::Good
    }

    /// Screens a text; only one that is not ASCII needs a check of its normal form.
    pub(crate) fn check_text(&mut self, kind: Kind, value: &str) -> bool {
        text::screen(kind, value).is_ok() && (value.is_ascii() || self.check(Check::Nfc(value.into())) == CheckResult::Good)
    }

    /// Goes on only if nothing is missing.
    pub(crate) fn ready(&mut self) -> Result<(), Stop> {
        let Need { records, pages, checks } = &self.missing;
        if records.is_empty() && pages.is_empty() && checks.is_empty() {
            return Ok(());
        }
        let none = Need { records: Vec::new(), pages: Vec::new(), checks: Vec::new() };
        Err(Box::new(Halt::Need(core::mem::replace(&mut self.missing, none))))
    }

    /// The record under this key, or `None` if the store has none. A record that cannot be read is a fault.
    pub(crate) fn load<T: Stored>(&self, key: &str) -> Result<Option<T>, Stop> {
        let fact = self.facts.record(key).ok_or_else(|| fault(Code::Undecidable, "fact missing"))?;
        match fact.value {
            None => Ok(None),
            Some(bytes) => T::from_stored(bytes).map(Some).map_err(|_| fault(Code::CorruptRecord, key)),
        }
    }

    /// What matters for authorization in the record of a key.
    #[inline]
    pub(crate) fn glance(&self, key: &str) -> Result<Glance, Stop> {
        let fact = self.facts.record(key).ok_or_else(|| fault(Code::Undecidable, "fact missing"))?;
        match fact.value {
            None => Ok(Glance::NOTHING),
            Some(bytes) => Glance::of_stored(bytes).map_err(|_| fault(Code::CorruptRecord, key)),
        }
    }

    /// What matters for authorization in the server's root. Refuses as [`Inquiry::root`] does.
    #[inline]
    pub(crate) fn root_glance(&self, context: &Context) -> Result<RootGlance, Stop> {
        let fact = self.facts.record(keys::SERVER).ok_or_else(|| fault(Code::Undecidable, "fact missing"))?;
        let Some(bytes) = fact.value else {
            return deny(Code::NotInitialised, rule::ASK_SET_UP);
        };
        match RootGlance::of_stored(bytes) {
            Ok(Some(glance)) => fit(context, &glance.key, glance.highest_now).map(|()| glance),
            Ok(None) | Err(_) => Err(fault(Code::CorruptRecord, keys::SERVER)),
        }
    }

    /// The same, with the default where there is none.
    pub(crate) fn load_or_default<T: Stored + Default>(&self, key: &str) -> Result<T, Stop> {
        Ok(self.load(key)?.unwrap_or_default())
    }

    /// A page that was wanted.
    pub(crate) fn page(&self, need: &PageNeed) -> Result<&PageFact<'a>, Stop> {
        self.facts.page(need).ok_or_else(|| fault(Code::Undecidable, "page missing"))
    }

    /// The server's root. Refuses before the server is set up, with another server's key, and while the clock is
    /// behind the records.
    pub(crate) fn root(&self, context: &Context) -> Result<Root, Stop> {
        let Some(mut space) = self.load::<Space>(keys::SERVER)? else {
            return deny(Code::NotInitialised, rule::ASK_SET_UP);
        };
        let Some(server) = space.server.take() else {
            return Err(fault(Code::CorruptRecord, "server root"));
        };
        fit(context, &server.key, server.highest_now)?;
        Ok(Root { space, server, changed: false, id: SpaceId::SERVER, child: None, child_changed: false })
    }
}

/// The request is for this store's server, and the clock is not too far behind the records.
fn fit(context: &Context, key: &SignKey, highest: Timestamp) -> Result<(), Stop> {
    if *key != context.server {
        return Err(fault(Code::CorruptRecord, "the store belongs to another server key"));
    }
    if context.now.plus(CLOCK_SLACK) < highest {
        return deny(Code::ClockBehind, rule::ASK_CLOCK);
    }
    Ok(())
}

/// The server's root record, known to be whole, and beside it the space that is asked about. Their fields are read freely
/// and changed through methods, so that each is rewritten only when it changed: every decision reads the server's.
pub(crate) struct Root {
    pub(crate) space: Space,
    pub(crate) server: ServerRoot,
    changed: bool,
    /// The space that is asked about.
    pub(crate) id: SpaceId,
    child: Option<Space>,
    child_changed: bool,
}

impl Root {
    /// The root of a server that is being set up.
    pub(crate) fn new(space: Space, server: ServerRoot) -> Self {
        Self { space, server, changed: true, id: SpaceId::SERVER, child: None, child_changed: false }
    }

    /// Goes to another space, whose record was wanted. Whether there is one.
    pub(crate) fn go(&mut self, id: &SpaceId, inquiry: &Inquiry<'_>) -> Result<bool, Stop> {
        self.id = *id;
        if *id == SpaceId::SERVER {
            self.child = None;
            return Ok(true);
        }
        self.child = inquiry.load(&keys::space(id))?;
        match &self.child {
            Some(Space { child: None, .. }) => Err(fault(Code::CorruptRecord, "network root")),
            child => Ok(child.is_some()),
        }
    }

    /// Goes to a space that is being made.
    pub(crate) fn found(&mut self, id: SpaceId, space: Space) {
        (self.id, self.child, self.child_changed) = (id, Some(space), true);
    }

    /// The space that is asked about. In place of one that is not there ([`Root::is_there`]), the server.
    pub(crate) fn here(&self) -> &Space {
        self.child.as_ref().unwrap_or(&self.space)
    }

    /// Whether there is such a space.
    pub(crate) fn is_there(&self) -> bool {
        self.is_server() || self.child.is_some()
    }

    /// Whether it is the server itself.
    pub(crate) fn is_server(&self) -> bool {
        self.id == SpaceId::SERVER
    }

    /// What matters for authorization in it.
    pub(crate) fn glance(&self) -> RootGlance {
        let ServerRoot { key, restore_reviewed, highest_now, .. } = self.server;
        RootGlance { owner: self.space.owner, key, restore_reviewed, highest_now }
    }

    /// Makes `invite` the one owner invite, and gives the former.
    pub(crate) fn set_owner_invite(&mut self, invite: InviteId) -> Option<InviteId> {
        self.changed = true;
        self.server.owner_invite.replace(invite)
    }

    /// Makes `key` the owner of the space that is asked about. At the server, that voids the owner invite.
    pub(crate) fn set_owner(&mut self, key: SignKey) {
        self.change().owner = Some(key);
        if self.is_server() {
            self.server.owner_invite = None;
        }
    }

    /// The space that is asked about, to be changed.
    pub(crate) fn change(&mut self) -> &mut Space {
        match &mut self.child {
            Some(child) => {
                self.child_changed = true;
                child
            }
            None => {
                self.changed = true;
                &mut self.space
            }
        }
    }

    /// Whether the owner is being recovered: beside an owner, an owner invite is one that takes his place.
    pub(crate) fn is_recovering(&self) -> bool {
        self.space.owner.is_some() && self.server.owner_invite.is_some()
    }

    /// Begins this restore epoch: open invites of other epochs are void, and so is the owner invite, with its list entry
    /// left to housekeeping. Everyone is refused until the operator accepts.
    pub(crate) fn begin_restore(&mut self, epoch: u32) {
        self.changed = true;
        self.server.restore_epoch = epoch;
        self.server.restore_reviewed = false;
    }

    /// Accepts what was put back.
    pub(crate) fn accept_restore(&mut self) {
        self.changed = true;
        self.server.restore_reviewed = true;
    }

    /// Forgets what a verb changed in it before it said no.
    pub(crate) fn forget(&mut self) {
        (self.changed, self.child_changed) = (false, false);
    }

    /// Adds the roots' own writes to a ruling: what the verb changed in them, and, if anything is written, the highest time
    /// a committed decision was taken at.
    pub(crate) fn save(mut self, context: &Context, mut ruling: Ruling) -> Ruling {
        if let Some(child) = self.child.filter(|_| self.child_changed) {
            ruling.put(keys::space(&self.id), &child);
        }
        let later = self.server.highest_now < context.now;
        if later {
            self.server.highest_now = context.now;
        }
        if self.changed || (later && !ruling.writes.is_empty()) {
            self.space.server = Some(self.server);
            ruling.put(keys::SERVER.into(), &self.space);
        }
        ruling
    }
}
