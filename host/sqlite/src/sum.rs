//! The checksum beside every record: against damage, not against an attacker (what the records say
//! is protected by the chain of decisions, which is not this crate's).

/// Odd, so that multiplying by it loses nothing; the bits are those of the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sum over all three. Each step can be undone for a given word, so a change within one word
/// always changes the sum, and any other change does with all but one chance in 2^64.
pub(crate) fn sum(revision: u64, key: &str, value: &[u8]) -> i64 {
    let start = step(revision ^ MIX, key.len() as u64);
    let end = bytes(bytes(start, key.as_bytes()), value);
    let mixed = step(end, value.len() as u64);
    (mixed ^ (mixed >> 32)).cast_signed()
}

fn bytes(start: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let sum = words.iter().fold(start, |sum, word| step(sum, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    step(sum, u64::from_le_bytes(last))
}

fn step(sum: u64, word: u64) -> u64 {
    (sum ^ word).wrapping_mul(MIX).rotate_left(29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_counts() {
        let (key, value) = ("a.00ff", (0..=70).collect::<Vec<u8>>());
        let right = sum(7, key, &value);
        assert_eq!(right, sum(7, key, &value));
        assert_ne!(right, sum(8, key, &value));
        assert_ne!(right, sum(7, "a.00fe", &value));
        for bit in 0..value.len() * 8 {
            let mut damaged = value.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(right, sum(7, key, &damaged), "bit {bit}");
        }
        for shorter in 0..value.len() {
            assert_ne!(right, sum(7, key, &value[..shorter]));
        }
        assert_ne!(sum(1, "a", b"bc"), sum(1, "ab", b"c"));
        assert_ne!(sum(1, "a", b""), sum(1, "a", &[0]));
    }

    #[test]
    fn the_sum_is_for_ever() {
        // It is in the files: these may never change.
        assert_eq!(sum(1, "a", b""), ONE);
        assert_eq!(sum(9, "a.00ff", b"a value of some length"), TWO);
    }

    const ONE: i64 = 8_046_282_821_009_970_713;
    const TWO: i64 = -6685447813039790472;
}
