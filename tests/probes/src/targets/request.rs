//! Bytes of a request, and the decision it comes to when a host answers what the policy asks.

use super::{asked, check_answer, decision, is_repeat, is_yes};
use crate::apart::Apart;
use crate::cases::Host;
use crate::random::Random;
use doorward_core::wire::{Answer, Request, VERSION, decode, encode};
use doorward_core::{Code, step};

/// No key is written twice. (In a store whose lists name an invite twice, one would be; then the store refuses the batch.)
fn check_written_once(answer: &[u8]) {
    let Some(decided) = decision(answer) else { return };
    let mut written: Vec<&str> = decided.writes.iter().map(|write| write.key.as_str()).collect();
    written.sort_unstable();
    assert!(written.windows(2).all(|pair| pair[0] != pair[1]), "written twice: {written:?}");
}

/// Rounds of facts before a decision must be there.
const ROUNDS: usize = 4;

/// A request is read as the one encoding of itself or refused; without facts nothing is allowed; and with facts of the
/// right types, whatever they say, it is decided within four rounds by a well-formed answer.
pub fn request(data: &[u8]) {
    let first = asked(data, &[]);
    let read = decode::<Request>(data).ok().filter(|read| read.version == VERSION);
    let Some(read) = read else {
        let Ok(Answer::Fault(code, _)) = decode(&first) else { panic!("what cannot be read is a fault") };
        assert_eq!(code, Code::Malformed);
        return;
    };
    assert_eq!(encode(&read), data, "one request, one encoding");
    check_answer(&read, &first);
    assert!(!is_yes(&first), "nothing is allowed on nothing");
    let Ok(Answer::Fault(code, _)) = decode(&step(data, &[VERSION])) else { panic!("facts cut short are a fault") };
    assert_eq!(code, Code::Undecidable);
    let mut host = Host::new(&read, Random::of(data));
    let mut answer = first;
    for _ in 0..ROUNDS {
        let Ok(Answer::Need(need)) = decode(&answer) else { return };
        host.find(&need);
        let facts = host.facts();
        answer = asked(data, &facts);
        if Apart::of(&facts).is_some_and(|facts| is_repeat(&facts, &answer)) {
            return;
        }
        check_answer(&read, &answer);
        check_written_once(&answer);
    }
    assert!(!matches!(decode(&answer), Ok(Answer::Need(_))), "no decision after {ROUNDS} rounds");
}
