//! Stored bytes.

use doorward_core::record::{
    Closed, Contents, DecisionRecord, Glance, Inbox, InviteRecord, Involved, Job, KeyRecord, MemberCount, MemberRecord, Named,
    OpenCount, RefusalCount, RequestRecord, RootGlance, Space, Stored, Use,
};

/// What reads as a record is its one encoding, no part of it reads as one, and the quick readers say what the whole
/// record says.
pub fn records(data: &[u8]) {
    for (name, _, reader) in READERS {
        let Some(again) = reader(data) else { continue };
        assert_eq!(again, data, "{name}: one value, one encoding");
        assert!(reader(&[data, &[0]].concat()).is_none(), "{name}: with a byte more");
        // Every cut of a short one; some of a long one, so that long inputs do not stall the fuzzer.
        let every = data.len() / 64 + 1;
        for cut in (0..data.len()).step_by(every).chain([data.len() - 1]) {
            assert!(reader(&data[..cut]).is_none(), "{name}: cut to {cut}");
        }
    }
    glances(data);
}

/// Reads bytes as one type and writes what was read.
type Reader = fn(&[u8]) -> Option<Vec<u8>>;

/// Name, letter of the keys, reader. Marks (`o`, `x`, `y`, and `b` with two parts) hold one byte that says nothing.
const READERS: &[(&str, &str, Reader)] = &[
    ("KeyRecord", "a", again::<KeyRecord>),
    ("MemberRecord", "m", again::<MemberRecord>),
    ("MemberCount", "b", again::<MemberCount>),
    ("Named", "u", again::<Named>),
    ("Inbox", "i", again::<Inbox>),
    ("Space", "s", again::<Space>),
    ("MemberCount", "n", again::<MemberCount>),
    ("InviteRecord", "v", again::<InviteRecord>),
    ("Use", "w", again::<Use>),
    ("OpenCount", "q", again::<OpenCount>),
    ("Closed", "z", again::<Closed>),
    ("RequestRecord", "r", again::<RequestRecord>),
    ("RefusalCount", "f", again::<RefusalCount>),
    ("Job", "t", again::<Job>),
    ("DecisionRecord", "d", again::<DecisionRecord>),
    ("Contents", "c", again::<Contents>),
    ("Involved", "j", again::<Involved>),
];

fn again<T: Stored>(bytes: &[u8]) -> Option<Vec<u8>> {
    T::from_stored(bytes).ok().map(|value| value.to_stored())
}

/// Whether these bytes are a record of the kind that its key says.
pub(super) fn is_readable(key: &str, value: &[u8]) -> bool {
    let letter = key.split('.').next().unwrap_or_default();
    let is_mark = matches!(letter, "allow" | "ban" | "o" | "x" | "y") || (letter == "b" && key.split('.').count() == 3);
    match READERS.iter().find(|reader| reader.1 == letter) {
        _ if is_mark => value == [1],
        Some((_, _, reader)) => reader(value).is_some(),
        None => false,
    }
}

fn glances(data: &[u8]) {
    let whole = KeyRecord::from_stored(data).map(|record| Glance {
        standing: record.account.as_ref().map(|account| account.standing),
        role: record.current_seat().map(|seat| seat.role),
        ban: record.ban.as_ref().map(|ban| ban.until),
    });
    assert_eq!(Glance::of_stored(data), whole, "a glance says what the record says");
    let whole = Space::from_stored(data).map(|space| {
        space.server.as_ref().map(|server| RootGlance {
            owner: space.owner,
            key: server.key,
            restore_reviewed: server.restore_reviewed,
            highest_now: server.highest_now,
        })
    });
    assert_eq!(RootGlance::of_stored(data), whole, "a glance says what the root says");
}
