//! Cases as bytes, for any language to read: a count, then for each case the lengths of request, facts and answer and
//! these three one behind the other. All numbers are `u32`, little-endian. An empty answer stands for a trap.

use doorward_probes::Oops;
use doorward_probes::cases::Case;

/// Some cases in a row.
pub(crate) struct Chunk {
    from: u64,
    cases: u64,
    bytes: Vec<u8>,
}

impl Chunk {
    /// These cases, of which the first has this number.
    pub(crate) fn of(from: u64, cases: impl Iterator<Item = Case>) -> Result<Self, Oops> {
        let mut chunk = Self { from, cases: 0, bytes: vec![0; 4] };
        for Case { request, facts, answer } in cases {
            for part in [&request, &facts, &answer] {
                chunk.bytes.extend(u32::try_from(part.len())?.to_le_bytes());
            }
            [request, facts, answer].iter().for_each(|part| chunk.bytes.extend(part));
            chunk.cases += 1;
        }
        let count = u32::try_from(chunk.cases)?.to_le_bytes();
        chunk.bytes[..4].copy_from_slice(&count);
        Ok(chunk)
    }

    pub(crate) fn cases(&self) -> u64 {
        self.cases
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Request, facts, answer of each case.
    pub(crate) fn iter(&self) -> impl Iterator<Item = [&[u8]; 3]> {
        let mut rest = &self.bytes[4..];
        std::iter::from_fn(move || {
            let mut lengths = [0; 3];
            for length in &mut lengths {
                let (head, tail) = rest.split_first_chunk::<4>()?;
                (*length, rest) = (u32::from_le_bytes(*head) as usize, tail);
            }
            let mut parts = [&[][..]; 3];
            for (part, length) in parts.iter_mut().zip(lengths) {
                (*part, rest) = rest.split_at_checked(length)?;
            }
            Some(parts)
        })
    }

    /// What is needed to look into one case: its number in the run and its bytes.
    pub(crate) fn describe(&self, at: usize) -> String {
        let parts = self.iter().nth(at).unwrap_or_default().map(hex::encode);
        format!("case {}\n  request {}\n  facts   {}\n  native  {}", self.from + at as u64, parts[0], parts[1], parts[2])
    }
}
