//! Whether a record can be read at all, whatever it is: asked of every record of a state before it is put back.

use super::{
    Closed, DecisionRecord, Inbox, InviteRecord, Involved, Job, KeyRecord, MemberCount, MemberRecord, Named, OpenCount,
    RefusalCount, RequestRecord, Space, Stored, Use,
};

/// Whether these bytes are what stands under this key. A kind of key that is not known here is of a newer program, and
/// not readable. What the host keeps for itself (`c`, `g`, `k`, `p`) is the host's to check.
pub fn is_readable(key: &str, value: &[u8]) -> bool {
    fn reads<T: Stored>(value: &[u8]) -> bool {
        T::from_stored(value).is_ok()
    }
    let Some((letter, rest)) = key.split_once('.') else { return false };
    let plain = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c) || c == b'.';
    if !rest.bytes().all(plain) {
        return false;
    }
    match letter {
        "a" => reads::<KeyRecord>(value),
        "s" => reads::<Space>(value),
        "b" if !rest.contains('.') => reads::<MemberCount>(value),
        "m" => reads::<MemberRecord>(value),
        "i" => reads::<Inbox>(value),
        "u" => reads::<Named>(value),
        "n" => reads::<MemberCount>(value),
        "v" => reads::<InviteRecord>(value),
        "w" => reads::<Use>(value),
        "q" => reads::<OpenCount>(value),
        "z" => reads::<Closed>(value),
        "r" => reads::<RequestRecord>(value),
        "f" => reads::<RefusalCount>(value),
        "t" => reads::<Job>(value),
        "d" => reads::<DecisionRecord>(value),
        "j" => reads::<Involved>(value),
        "allow" | "b" | "ban" | "o" | "x" | "y" => value == [1],
        "c" | "g" | "k" | "p" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_readable() {
        let count = MemberCount::default().to_stored();
        let key = super::super::keys::members(&crate::id::SpaceId::SERVER);
        assert!(is_readable(&key, &count));
        assert!(!is_readable(&key, &count[1..]) && !is_readable(&key, &[]) && !is_readable(&key.replace("n.", "s."), &count));
        assert!(is_readable("o.00.00", &[1]) && !is_readable("o.00.00", &[2]));
        assert!(is_readable("c.00.1", &[7]) && is_readable("p.00.0", &[7]), "the host's own");
        for unknown in ["", "n", "e.00", "nn.00", "n.0G", "n.AA"] {
            assert!(!is_readable(unknown, &count), "{unknown}");
        }
    }
}
