//! Policies that misbehave: whatever a build answers, nothing comes of what the host cannot stand behind.

mod kit;

use std::sync::Arc;
use std::time::Duration;

use doorward_core::code::Code;
use doorward_core::id::DecisionId;
use doorward_core::record::keys;
use doorward_core::wire::{Answer, Asker, Command, Decided, Need, RecordNeed, Reply, Verdict, Wire, Write, Writer};
use doorward_engine::{Policy, Slot};
use doorward_shell::{Parts, Shell};
use doorward_store::{Memory, Store};
use kit::{clock, limits, memory, signer};

/// A policy that gives the same answer to everything.
fn always(answer: &[u8]) -> Policy {
    let bytes: String = answer.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let pages = (answer.len() >> 16) + 2;
    let text = format!(
        r#"(module
            (memory (export "memory") {pages})
            (data (i32.const 1024) "{bytes}")
            (func (export "doorward_abi") (result i32) (i32.const 1))
            (func (export "doorward_alloc") (param i32) (result i32) (i32.const {free}))
            (func (export "doorward_release"))
            (func (export "doorward_step") (param i32 i32 i32 i32) (result i64)
                (i64.or (i64.shl (i64.const 1024) (i64.const 32)) (i64.const {length}))))"#,
        free = 1024 + answer.len(),
        length = answer.len(),
    );
    Policy::load(&wat::parse_str(text).expect("well-formed"), &[]).expect("it keeps to the ABI")
}

fn fixed() -> [u8; 32] {
    [7; 32]
}

fn shell(store: &Arc<Memory>, policy: Policy) -> Shell {
    let store: Arc<dyn Store> = store.clone();
    let policy = Arc::new(Slot::new(policy));
    Shell::start(Parts { store, policy, signer: signer(), clock, entropy: fixed, limits: limits(), reached: None })
        .expect("starts")
}

fn encode(answer: &Answer) -> Vec<u8> {
    let mut w = Writer::default();
    answer.write(&mut w);
    w.into_bytes()
}

/// An answer that allows and writes these.
fn writing(decision: DecisionId, writes: Vec<Write>) -> Vec<u8> {
    let decided = Decided {
        decision,
        verdict: Verdict::Allow,
        code: Code::Allowed,
        rule: "init.done".into(),
        reply: Reply::Nothing,
        writes,
        events: vec![],
        receipt: None,
        about: vec![],
    };
    encode(&Answer::Decided(Box::new(decided)))
}

fn put(key: &str, size: usize) -> Write {
    Write { key: key.into(), value: Some(vec![1; size]) }
}

fn delete(key: &str) -> Write {
    Write { key: key.into(), value: None }
}

fn own() -> DecisionId {
    DecisionId::fresh(&fixed())
}

/// Tidy may write; describe may not.
const MAY_WRITE: Command = Command::Tidy(DecisionId([1; 16]));

async fn expect(answer: &[u8], command: Command, code: Code) {
    let store = memory();
    let shell = shell(&store, always(answer));
    let answered = shell.ask(Asker::Operator, command, vec![]).await;
    assert_eq!(answered.code, code);
    assert_eq!(answered.verdict, if code == Code::Allowed { Verdict::Allow } else { Verdict::Deny });
    let last = store.wait(0, Duration::ZERO).expect("works");
    assert_eq!(last > 0, code == Code::Allowed, "what is refused writes nothing");
    assert_eq!(shell.stats().undecidable, u64::from(code == Code::Undecidable));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_order_is_committed() {
    expect(&writing(own(), vec![put("a.00", 65_536), delete("c.00"), delete("j.00.00")]), MAY_WRITE, Code::Allowed).await;
    let many: Vec<Write> = (0..198).map(|i| put(&format!("a.{i:04}"), 1)).collect();
    expect(&writing(own(), many), MAY_WRITE, Code::Allowed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_not() {
    let many: Vec<Write> = (0..199).map(|i| put(&format!("a.{i:04}"), 1)).collect();
    expect(&writing(own(), many), MAY_WRITE, Code::Undecidable).await;
    expect(&writing(own(), vec![put("a.00", 65_537)]), MAY_WRITE, Code::Undecidable).await;
    let large: Vec<Write> = (0..9).map(|i| put(&format!("a.{i:04}"), 60_000)).collect();
    expect(&writing(own(), large), MAY_WRITE, Code::Undecidable).await;
    expect(&writing(own(), vec![put("a.00", 1), put("a.00", 2)]), MAY_WRITE, Code::Undecidable).await;
    expect(&writing(own(), vec![put("a.NO", 1)]), MAY_WRITE, Code::Undecidable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_the_hosts() {
    for key in ["d.00", "k.00", "p.00", "g.00", "c.00", "j.00.00"] {
        expect(&writing(own(), vec![put(key, 1)]), MAY_WRITE, Code::Undecidable).await;
    }
    for key in ["d.00", "k.00", "p.00", "g.00"] {
        expect(&writing(own(), vec![delete(key)]), MAY_WRITE, Code::Undecidable).await;
    }
    expect(&writing(DecisionId([9; 16]), vec![put("a.00", 1)]), MAY_WRITE, Code::Undecidable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_decisions_never_share_an_id() {
    let store = memory();
    let shell = shell(&store, always(&writing(own(), vec![put("a.00", 1)])));
    let first = shell.ask(Asker::Operator, MAY_WRITE, vec![]).await;
    assert_eq!(first.code, Code::Allowed);
    // The same entropy again, as a cloned machine might have it.
    let second = shell.ask(Asker::Operator, MAY_WRITE, vec![]).await;
    assert_eq!(second.code, Code::Conflict);
    assert_eq!(store.snapshot().expect("works").load(&[&keys::decision(&own())]).expect("works")[0].revision, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_write_nothing() {
    expect(&writing(own(), vec![put("a.00", 1)]), Command::Describe, Code::Undecidable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_decides_is_refused() {
    let need = |key: &str| {
        let records = vec![RecordNeed { key: key.into(), guarded: true }];
        encode(&Answer::Need(Need { records, pages: vec![], checks: vec![] }))
    };
    expect(&need("a.00"), MAY_WRITE, Code::Undecidable).await;
    expect(&need("no key"), MAY_WRITE, Code::Undecidable).await;
    expect(&[1, 0xff], MAY_WRITE, Code::Undecidable).await;
    expect(&[], MAY_WRITE, Code::Undecidable).await;
    expect(&encode(&Answer::Fault(Code::CorruptRecord, "a.00".into())), MAY_WRITE, Code::CorruptRecord).await;
    // A fault is never a yes.
    expect(&encode(&Answer::Fault(Code::Allowed, "a.00".into())), MAY_WRITE, Code::Undecidable).await;
    let records = (0..2_049).map(|i| RecordNeed { key: format!("a.{i:04}"), guarded: true }).collect();
    expect(&encode(&Answer::Need(Need { records, pages: vec![], checks: vec![] })), MAY_WRITE, Code::Undecidable).await;
}
