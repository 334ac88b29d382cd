//! How many there are, for figures: read from the counters that decisions keep, never by counting records.

use doorward_core::record::{MemberCount, OpenCount, Stored, keys};
use doorward_core::{Code, SpaceId};
use doorward_store::{PageQuery, Record};

use crate::answered::Refusal;
use crate::shared::Shared;
use crate::view::Moment;

/// Issuers looked at in one go.
const AT_ONCE: u16 = 1_000;

/// How many there are, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Members of the server, revoked ones included: they keep their seat.
    pub members: u64,
    /// Open invites: neither cancelled nor used up. One that has expired counts until it is tidied away.
    pub open_invites: u64,
}

/// Reads one record for the members, and one an issuer for the invites. Blocking.
///
/// # Errors
/// The store does not answer, or a counter cannot be read.
pub(crate) fn take(shared: &Shared) -> Result<Census, Refusal> {
    let mut moment = Moment::new(&*shared.store);
    let found = moment.snapshot()?.load(&[&keys::members(&SpaceId::SERVER)])?;
    let mut census = Census { members: sum(&found, |count: MemberCount| count.members)?, open_invites: 0 };
    let mut after = String::new();
    loop {
        let query = PageQuery { prefix: keys::OPEN_COUNTS.into(), after, until: String::new(), limit: AT_ONCE };
        let page = moment.query(&query)?;
        census.open_invites += sum(&page.records, |count: OpenCount| count.open)?;
        match page.records.last() {
            Some(last) if page.more => after = last.key.clone(),
            Some(_) | None => return Ok(census),
        }
    }
}

fn sum<T: Stored>(records: &[Record], count: fn(T) -> u32) -> Result<u64, Refusal> {
    let mut sum = 0;
    for (key, value) in records.iter().filter_map(|record| Some((&record.key, record.value.as_ref()?))) {
        let value = T::from_stored(value).map_err(|_| Refusal::new(Code::CorruptRecord, format!("{key} cannot be read")))?;
        sum += u64::from(count(value));
    }
    Ok(sum)
}
