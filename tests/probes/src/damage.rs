//! What the world does to bytes: cuts, insertions, removals, changed bits.

use crate::random::Random;

/// One to four changes anywhere.
pub fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.below(256) as u8),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 if !bytes.is_empty() => bytes[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff]),
            4 if !bytes.is_empty() => {
                let end = (at + random.below(40)).min(bytes.len());
                bytes.extend_from_within(at..end);
            }
            _ if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            _ => bytes.push(1),
        }
    }
}
