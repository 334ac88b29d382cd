//! One decision a file. [`step`] reads a request and its facts and answers; each verb's module holds a small table
//! (`judge`) over closed enums, and the code that gathers what the table looks at and writes what follows.

mod accounts;
pub mod authorize;
pub mod cancel;
mod caller;
mod delete;
mod init;
mod inquiry;
mod invites;
pub mod mint;
mod open_invites;
pub mod preview;
pub mod redeem;
mod redeem_effects;
mod register;
pub mod standing;
mod tidy;

use crate::code::Code;
use crate::id::DecisionId;
use crate::key::SignKey;
use crate::rule::{self, Rule};
use crate::statement::ReceiptBody;
use crate::wire::{Answer, Asker, Command, Decided, Event, Facts, Need, Reply, Request, VERSION, Verdict, Write, decode, encode};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use inquiry::Inquiry;

/// Answers a request with what is known so far. Total: any bytes get an answer, and the same bytes get the same.
pub fn step(request: &[u8], facts: &[u8]) -> Vec<u8> {
    encode(&answer(request, facts))
}

fn answer(request: &[u8], facts: &[u8]) -> Answer {
    let Ok(request) = decode::<Request>(request) else {
        return Answer::Fault(Code::Malformed, "request".into());
    };
    let Ok(facts) = Facts::read(facts) else {
        return Answer::Fault(Code::Undecidable, "facts".into());
    };
    if request.version != VERSION {
        return Answer::Fault(Code::Malformed, "request version".into());
    }
    let mut inquiry = Inquiry::new(facts);
    match dispatch(&request, &mut inquiry) {
        Ok(ruling) => Answer::Decided(Box::new(ruling.into_decided(&request))),
        Err(Stop::Ruled(ruling)) => Answer::Decided(Box::new((*ruling).into_decided(&request))),
        Err(Stop::Repeat(decided)) => Answer::Decided(decided),
        Err(Stop::Need(need)) => Answer::Need(need),
        Err(Stop::Fault(code, line)) => Answer::Fault(code, line),
    }
}

fn dispatch(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    match &request.command {
        Command::Describe => authorize::describe(request, inquiry),
        Command::Init(init) => init::decide(request, init, inquiry),
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
        Command::IsAuthorized(key) => authorize::is_authorized(request, key, inquiry),
        Command::HasAdmin => authorize::has_admin(request, inquiry),
        Command::Can(can) => authorize::can(request, can, inquiry),
        Command::Tidy(job) => tidy::decide(request, job, inquiry),
    }
}

/// A decision in the making.
#[derive(Debug)]
pub(crate) struct Ruling {
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

/// Why a verb did not come to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// More must be known first.
    Need(Need),
    /// It was ruled on earlier than at its end.
    Ruled(Box<Ruling>),
    /// The request was answered before.
    Repeat(Box<Decided>),
    /// Request or record cannot be trusted.
    Fault(Code, String),
}

impl Ruling {
    fn allow(rule: Rule) -> Self {
        Self::new(Verdict::Allow, Code::Allowed, rule)
    }

    fn deny(code: Code, rule: Rule) -> Self {
        Self::new(Verdict::Deny, code, rule)
    }

    fn new(verdict: Verdict, code: Code, rule: Rule) -> Self {
        let (writes, events, about) = Default::default();
        Self { code, rule, verdict, reply: Reply::Nothing, writes, events, receipt: None, about }
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
        Stop::Ruled(Box::new(self))
    }

    fn into_decided(self, request: &Request) -> Decided {
        let Self { code, rule, verdict, reply, writes, events, receipt, mut about } = self;
        about.sort();
        about.dedup();
        let decision = DecisionId::fresh(&request.context.entropy);
        Decided { decision, verdict, code, rule: rule.id.into(), reply, writes, events, receipt, about }
    }
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
