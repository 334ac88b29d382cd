//! How many there are, for figures: read from the counters that decisions keep. Only jobs, of which there are few, are
//! counted one by one.

use doorward_core::record::{MemberCount, OpenCount, Stored, keys};
use doorward_core::{Code, SpaceId};
use doorward_store::{PageQuery, Record};

use crate::answered::Refusal;
use crate::shared::Shared;
use crate::view::Moment;

/// Records looked at in one go.
const AT_ONCE: u16 = 1_000;

/// How many there are, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Members of the server, revoked ones included: they keep their seat.
    pub members: u64,
    /// Open invites: neither cancelled nor used up. One that has expired counts until it is tidied away.
    pub open_invites: u64,
    /// Jobs that decisions left and housekeeping has not finished.
    pub jobs: u64,
}

/// Reads one record for the members, one an issuer for the invites, and the jobs there are. Blocking.
///
/// # Errors
/// The store does not answer, or a counter cannot be read.
pub(crate) fn take(shared: &Shared) -> Result<Census, Refusal> {
    let mut moment = Moment::new(&*shared.store);
    let found = moment.snapshot()?.load(&[&keys::members(&SpaceId::SERVER)])?;
    let members = sum(&found, |count: MemberCount| count.members)?;
    let (mut open_invites, mut jobs) = (0, 0);
    each_page(&mut moment, keys::OPEN_COUNTS, |issuers| {
        open_invites += sum(issuers, |count: OpenCount| count.open)?;
        Ok(())
    })?;
    each_page(&mut moment, keys::JOBS, |found| {
        jobs += found.len() as u64;
        Ok(())
    })?;
    Ok(Census { members, open_invites, jobs })
}

/// Looks at everything below a prefix, a page at a time.
fn each_page(
    moment: &mut Moment<'_>,
    prefix: &str,
    mut look: impl FnMut(&[Record]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut after = String::new();
    loop {
        let query = PageQuery { prefix: prefix.into(), after, until: String::new(), limit: AT_ONCE };
        let page = moment.query(&query)?;
        look(&page.records)?;
        match page.records.last() {
            Some(last) if page.more => after = last.key.clone(),
            Some(_) | None => return Ok(()),
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
