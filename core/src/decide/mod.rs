//! One decision a file. [`step`] reads a request and its facts and answers; each verb's module holds a small table
//! (`judge`) over closed enums, and the code that gathers what the table looks at and writes what follows.

mod accounts;
mod arrival;
pub mod authorize;
mod caller;
pub mod cancel;
mod clear;
mod delete;
mod departure;
mod govern;
pub mod inbox;
mod init;
mod inquiry;
mod invites;
pub mod join;
mod listed;
pub mod member;
pub mod mint;
pub mod network;
mod open_invites;
mod place;
pub mod preview;
pub mod redeem;
mod register;
pub mod restore;
pub mod space;
pub mod standing;
mod sweep;
mod tidy;
pub mod watch;

use crate::code::Code;
use crate::id::{DecisionId, InviteId, SpaceId};
use crate::key::SignKey;
use crate::rule::{self, Rule};
use crate::statement::ReceiptBody;
use crate::wire::{
    Answer, Asker, Command, Event, EventKind, Facts, Need, Reply, Request, VERSION, Verdict, Wire, Write, Writer, decode, encode,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use inquiry::Inquiry;
use listed::List;
use member::Change;

/// Answers a request with what is known so far. Total: any bytes get an answer, and the same bytes get the same.
// Natively all of it is built for speed, and best in one crate.
#[cfg_attr(target_family = "wasm", inline)]
pub fn step(request: &[u8], facts: &[u8]) -> Vec<u8> {
    let Ok(request) = decode::<Request>(request) else {
        return encode(&Answer::Fault(Code::Malformed, "request".into()));
    };
    let Ok(facts) = Facts::read(facts) else {
        return encode(&Answer::Fault(Code::Undecidable, "facts".into()));
    };
    if request.version != VERSION {
        return encode(&Answer::Fault(Code::Malformed, "request version".into()));
    }
    match dispatch(&request, &mut Inquiry::new(facts)) {
        Ok(ruling) => ruling.into_answer(&request),
        Err(stop) => match *stop {
            Halt::Ruled(ruling) => ruling.into_answer(&request),
            Halt::Repeat { answer, allowed: _ } => [&[VERSION, Answer::DECIDED], answer.as_slice()].concat(),
            Halt::Need(need) => encode(&Answer::Need(need)),
            Halt::Fault(code, line) => encode(&Answer::Fault(code, line)),
        },
    }
}

#[inline]
fn dispatch(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    match &request.command {
        Command::IsAuthorized(key) => authorize::is_authorized(request, key, inquiry),
        Command::HasAdmin => authorize::has_admin(request, inquiry),
        Command::Can(can) => authorize::can(request, can, inquiry),
        _ => govern(request, inquiry),
    }
}

/// Every verb but the questions of services. A function of its own, so that `policy.wasm` builds it for size.
#[inline(never)]
fn govern(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    match &request.command {
        Command::Describe => authorize::describe(request, inquiry),
        Command::Init(init) => init::decide(request, &init.invite, Some(&init.name), inquiry),
        Command::BeginRestore(known) => restore::begin(request, *known, inquiry),
        Command::AcceptRestore => restore::accept(request, inquiry),
        Command::RecoverOwner(recover) => init::decide(request, &recover.invite, None, inquiry),
        Command::Mint(mint) => mint::decide(request, mint, inquiry),
        Command::Preview(preview) => preview::decide(request, preview, inquiry),
        Command::Redeem(redeem) => redeem::decide(request, redeem, inquiry),
        Command::CancelInvite(invite) => cancel::decide(request, invite, inquiry),
        Command::ListInvites(list) => invites::list(request, list, inquiry),
        Command::ShowInvite(show) => invites::show(request, show, inquiry),
        Command::Register(register) => register::decide(request, register, inquiry),
        Command::Prove(prove) => register::prove(request, prove, inquiry),
        Command::ShowAccount(key) => accounts::show(request, key, inquiry),
        Command::ListAccounts(paging) => accounts::list(request, paging, inquiry),
        Command::Revoke(key) => standing::decide(request, standing::Change::Revoke, key, inquiry),
        Command::Restore(key) => standing::decide(request, standing::Change::Restore, key, inquiry),
        Command::Delete(key) => standing::decide(request, standing::Change::Delete, key, inquiry),
        Command::IsAuthorized(_) | Command::HasAdmin | Command::Can(_) => Err(fault(Code::Undecidable, "a question")),
        Command::Audit => authorize::audit(request, inquiry),
        Command::Tidy(job) => tidy::decide(request, job, inquiry),
        Command::Sweep(found) => sweep::decide(request, found, inquiry),
        Command::ShowSpace(id) => space::show(request, id, inquiry),
        Command::UpdateSpace(update) => space::update(request, update, inquiry),
        Command::Kick(member) => member::decide(request, member, Change::Kick, inquiry),
        Command::Ban(ban) => member::decide(request, &ban.member, Change::Ban(ban), inquiry),
        Command::Unban(member) => member::decide(request, member, Change::Unban, inquiry),
        Command::SetRole(set) => member::decide(request, &set.member, Change::SetRole(set.role), inquiry),
        Command::Transfer(member) => member::decide(request, member, Change::Transfer, inquiry),
        Command::SetTags(set) => member::decide(request, &set.member, Change::SetTags(&set.tags), inquiry),
        Command::Allow(member) => member::decide(request, member, Change::Allow, inquiry),
        Command::Disallow(member) => member::decide(request, member, Change::Disallow, inquiry),
        Command::ListBans(list) => listed::decide(request, list, List::Banned, inquiry),
        Command::ListAllowed(list) => listed::decide(request, list, List::Allowed, inquiry),
        Command::Join(join) => join::decide(request, join, inquiry),
        Command::Leave(space) => join::leave(request, space, inquiry),
        Command::Watch => watch::begin(request, inquiry),
        Command::Sees(sees) => watch::sees(request, sees, inquiry),
        Command::CreateSpace(create) => network::create(request, create, inquiry),
        Command::DeleteSpace(space) => network::delete(request, space, inquiry),
        Command::ListSpaces(list) => network::list(request, list, inquiry),
        Command::ListMembers(list) => listed::decide(request, list, List::Members, inquiry),
        Command::Enter(space) => join::enter(request, space, inquiry),
        Command::InviteAccount(invite) => inbox::invite(request, invite, inquiry),
        Command::Inbox => inbox::list(request, inquiry),
        Command::Respond(respond) => inbox::respond(request, *respond, inquiry),
    }
}

/// A decision in the making. Boxed, so that passing it on is passing a pointer.
#[derive(Debug)]
pub(crate) struct Ruling(Box<Draft>);

/// See [`Ruling`].
#[derive(Debug)]
pub(crate) struct Draft {
    code: Code,
    rule: Rule,
    verdict: Verdict,
    reply: Reply,
    writes: Vec<Write>,
    events: Vec<Event>,
    receipt: Option<ReceiptBody>,
    about: Vec<SignKey>,
}

pub(crate) type Outcome = Result<Ruling, Stop>;

/// Why a verb did not come to its end. Boxed, so that every `?` passes one pointer.
pub(crate) type Stop = Box<Halt>;

/// See [`Stop`].
#[derive(Debug)]
pub(crate) enum Halt {
    /// More must be known first.
    Need(Need),
    /// It was ruled on earlier than at its end.
    Ruled(Ruling),
    /// The request was answered before: the encoded answer, and whether it was yes.
    Repeat { allowed: bool, answer: Vec<u8> },
    /// Request or record cannot be trusted.
    Fault(Code, String),
}

impl core::ops::Deref for Ruling {
    type Target = Draft;
    fn deref(&self) -> &Draft {
        &self.0
    }
}

impl core::ops::DerefMut for Ruling {
    fn deref_mut(&mut self) -> &mut Draft {
        &mut self.0
    }
}

impl Ruling {
    #[inline]
    fn allow(rule: Rule) -> Self {
        Self::new(Verdict::Allow, Code::Allowed, rule)
    }

    #[inline]
    fn deny(code: Code, rule: Rule) -> Self {
        Self::new(Verdict::Deny, code, rule)
    }

    fn new(verdict: Verdict, code: Code, rule: Rule) -> Self {
        let (writes, events, about) = Default::default();
        Self(Box::new(Draft { code, rule, verdict, reply: Reply::Nothing, writes, events, receipt: None, about }))
    }

    fn replying(mut self, reply: Reply) -> Self {
        self.reply = reply;
        self
    }

    fn put<T: crate::record::Stored>(&mut self, key: String, record: &T) {
        self.writes.push(Write { key, value: Some(record.to_stored()) });
    }

    /// A key that says all there is to say: its record is one byte.
    fn mark(&mut self, key: String) {
        self.writes.push(Write { key, value: Some(alloc::vec![1]) });
    }

    fn remove(&mut self, key: String) {
        self.writes.push(Write { key, value: None });
    }

    fn stop(self) -> Stop {
        Box::new(Halt::Ruled(self))
    }

    /// Adds something that happened.
    #[inline(never)]
    fn tell(&mut self, kind: EventKind, space: SpaceId, account: Option<SignKey>, invite: Option<InviteId>) {
        self.events.push(Event { kind, space, account, invite });
    }

    /// Adds a key the decision is about.
    fn about(&mut self, key: SignKey) {
        if !self.about.contains(&key) {
            self.about.push(key);
        }
    }

    /// Appends the encoding of the [`Decided`](crate::wire::Decided) this ruling becomes, with or without what it
    /// writes and tells.
    #[inline]
    fn encode(&self, id: DecisionId, with_effects: bool, w: &mut Writer) {
        let Draft { code, rule, verdict, reply, writes, events, receipt, about } = &**self;
        id.write(w);
        verdict.write(w);
        code.write(w);
        w.text(rule.id());
        reply.write(w);
        if with_effects {
            writes.write(w);
            events.write(w);
        } else {
            w.put(&[0; 4]); // two empty lists
        }
        receipt.write(w);
        about.write(w);
    }

    /// The answer this ruling becomes. Only a ruling that writes is recorded, so only that has an id.
    #[inline]
    fn into_answer(self, request: &Request) -> Vec<u8> {
        let recorded = !self.writes.is_empty();
        let id = if recorded { DecisionId::fresh(&request.context.entropy) } else { DecisionId::NONE };
        let mut w = Writer::with_capacity(64);
        w.put(&[VERSION, Answer::DECIDED]);
        self.encode(id, true, &mut w);
        w.into_bytes()
    }
}

/// Request or record cannot be trusted.
fn fault(code: Code, line: &str) -> Stop {
    Box::new(Halt::Fault(code, line.into()))
}

fn deny<T>(code: Code, rule: Rule) -> Result<T, Stop> {
    Err(Ruling::deny(code, rule).stop())
}

/// Only the operator, on the machine.
fn operator_only(request: &Request) -> Result<(), Stop> {
    match request.asker {
        Asker::Operator => Ok(()),
        Asker::Stranger | Asker::Service | Asker::Account(_) => deny(Code::Unauthenticated, rule::ASK_OPERATOR),
    }
}
