//! Randomness from the operating system.

use std::cell::RefCell;

use zeroize::Zeroize;

/// Draws kept ready in each thread: one call of the system for so many decisions.
const READY: usize = 32;

/// 32 fresh random bytes, for keys and tokens.
///
/// # Panics
/// When the operating system has none to give: ids and keys made without it would be guessable, so nothing goes on.
pub fn fresh() -> [u8; 32] {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    bytes
}

/// 32 fresh random bytes, for the ids of decisions, which are public once they are made. Drawn some ahead, and wiped when
/// handed out.
///
/// # Panics
/// As [`fresh`].
pub fn for_decision() -> [u8; 32] {
    thread_local! {
        static DRAWN: RefCell<([[u8; 32]; READY], usize)> = const { RefCell::new(([[0; 32]; READY], 0)) };
    }
    DRAWN.with_borrow_mut(|(drawn, left)| {
        if *left == 0 {
            fill(drawn.as_flattened_mut());
            *left = READY;
        }
        *left -= 1;
        let bytes = drawn[*left];
        drawn[*left].zeroize();
        bytes
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the one source")]
fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // Keys and ids made from guessable bytes would be worse than no server: this ends the task that wanted them.
        panic!("the operating system gives no randomness: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nothing_comes_twice() {
        let draw = || (0..4 * READY).map(|_| for_decision()).collect::<BTreeSet<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw)).collect();
        let all: BTreeSet<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(all.len(), 16 * READY);
        assert!(!all.contains(&[0; 32]));
    }
}
