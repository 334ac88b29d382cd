//! Cursor, writer, and the two macros that keep a type's writing and reading in step.

use crate::digest::Sha256Digest;
use crate::id::{DecisionId, Incarnation, InviteId, SpaceId};
use crate::key::{KexKey, Nonce, SignKey, Signature};
use crate::time::{Expiry, Timestamp};
use alloc::string::String;
use alloc::vec::Vec;

/// Bytes that are not what they should be. Which byte is of no use to a caller, and a gift to a prober.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Something with one canonical encoding.
pub trait Wire: Sized {
    /// Appends the encoding.
    fn write(&self, w: &mut Writer);
    /// Reads one value, leaving what follows. After a malformed byte the reader stays [failed](Reader::fail) and the
    /// value means nothing; [`Reader::finish`] says so at the end. (One check at the end instead of one a field keeps
    /// `policy.wasm` small.)
    fn read(r: &mut Reader<'_>) -> Self;
}

/// The encoding of a whole message.
pub fn encode<T: Wire>(value: &T) -> Vec<u8> {
    let mut w = Writer::default();
    value.write(&mut w);
    w.into_bytes()
}

/// Reads a whole message; trailing bytes are malformed.
pub fn decode<T: Wire>(bytes: &[u8]) -> Result<T, Malformed> {
    if bytes.len() > super::MAX_INPUT {
        return Err(Malformed);
    }
    let mut r = Reader::new(bytes);
    let value = T::read(&mut r);
    r.finish()?;
    Ok(value)
}

/// A cursor over borrowed bytes, which remembers that something was malformed.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, failed: false }
    }

    /// Marks the input as malformed. From here on every read gives zeros and nothing.
    #[inline]
    pub fn fail(&mut self) {
        self.failed = true;
        self.rest = &[];
    }

    /// Whether something was malformed.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// The next `n` bytes; none after a failure.
    #[inline]
    pub fn take(&mut self, n: usize) -> &'a [u8] {
        match self.rest.split_at_checked(n) {
            Some((head, tail)) => {
                self.rest = tail;
                head
            }
            None => {
                self.fail();
                &[]
            }
        }
    }

    /// The next `N` bytes; zeros after a failure.
    #[inline]
    pub fn chunk<const N: usize>(&mut self) -> &'a [u8; N] {
        match self.rest.split_first_chunk() {
            Some((head, tail)) => {
                self.rest = tail;
                head
            }
            None => {
                self.fail();
                &[0; N]
            }
        }
    }

    /// The same, by value.
    // Inlined at every field, it would be a tenth of `policy.wasm`.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        *self.chunk()
    }

    /// `u16` length and that many bytes of UTF-8.
    #[inline]
    pub fn text(&mut self) -> &'a str {
        let n = u16::read(self);
        core::str::from_utf8(self.take(n.into())).unwrap_or_else(|_| {
            self.fail();
            ""
        })
    }

    /// `u32` length and that many bytes.
    #[inline]
    pub fn blob(&mut self) -> &'a [u8] {
        let n = u32::read(self);
        self.take(usize::try_from(n).unwrap_or(usize::MAX))
    }

    /// Refuses what was malformed, trailing bytes included.
    #[inline]
    pub fn finish(self) -> Result<(), Malformed> {
        if self.failed || !self.rest.is_empty() { Err(Malformed) } else { Ok(()) }
    }
}

/// Collects an encoding.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Starts with room for this many bytes.
    #[inline]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Appends bytes as they are.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// `u16` length and UTF-8. Core's own texts are bounded far below 64 KiB; a longer one is cut to nothing, so that
    /// it can never be mistaken for another.
    #[inline]
    pub fn text(&mut self, text: &str) {
        let text = if text.len() > usize::from(u16::MAX) { "" } else { text };
        self.put(&(text.len() as u16).to_be_bytes());
        self.put(text.as_bytes());
    }

    /// `u32` length and bytes. Nothing in the protocol is longer than [`MAX_INPUT`](super::MAX_INPUT).
    pub fn blob(&mut self, bytes: &[u8]) {
        self.put(&(bytes.len() as u32).to_be_bytes());
        self.put(bytes);
    }

    /// What was written.
    #[inline]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

macro_rules! integers {
    ($($t:ty),*) => {$(
        impl Wire for $t {
            fn write(&self, w: &mut Writer) { w.put(&self.to_be_bytes()); }
            fn read(r: &mut Reader<'_>) -> Self { <$t>::from_be_bytes(*r.chunk()) }
        }
    )*};
}
integers!(u8, u16, u32, u64);

macro_rules! newtypes {
    ($($t:ident),*) => {$(
        impl Wire for $t {
            fn write(&self, w: &mut Writer) { w.put(&self.0); }
            #[inline]
            fn read(r: &mut Reader<'_>) -> Self { $t(r.array()) }
        }
    )*};
}
newtypes!(SignKey, KexKey, Signature, Nonce, Incarnation, InviteId, DecisionId, SpaceId);

impl Wire for bool {
    fn write(&self, w: &mut Writer) {
        w.put(&[u8::from(*self)]);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        match u8::read(r) {
            0 => false,
            1 => true,
            _ => {
                r.fail();
                false
            }
        }
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn write(&self, w: &mut Writer) {
        w.put(self);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        r.array()
    }
}

impl Wire for String {
    fn write(&self, w: &mut Writer) {
        w.text(self);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        r.text().into()
    }
}

impl Wire for Vec<u8> {
    fn write(&self, w: &mut Writer) {
        w.blob(self);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        r.blob().to_vec()
    }
}

impl<T: Wire> Wire for Option<T> {
    fn write(&self, w: &mut Writer) {
        match self {
            None => w.put(&[0]),
            Some(value) => {
                w.put(&[1]);
                value.write(w);
            }
        }
    }
    fn read(r: &mut Reader<'_>) -> Self {
        if bool::read(r) { Some(T::read(r)) } else { None }
    }
}

/// A list: `u16` count, items. (`Vec<u8>` is bytes instead, so items are never plain bytes.)
pub(crate) fn write_list<T: Wire>(items: &[T], w: &mut Writer) {
    debug_assert!(items.len() <= usize::from(u16::MAX));
    w.put(&(items.len() as u16).to_be_bytes());
    items.iter().for_each(|item| item.write(w));
}

/// Reads [`write_list`]'s form.
pub(crate) fn read_list<T: Wire>(r: &mut Reader<'_>) -> Vec<T> {
    let n = u16::read(r);
    // No reservation from an unread count: a hostile one would reserve megabytes.
    let mut items = Vec::new();
    for _ in 0..n {
        if r.has_failed() {
            break;
        }
        items.push(T::read(r));
    }
    items
}

macro_rules! list_of {
    ($($t:ty),* $(,)?) => {$(
        impl $crate::wire::Wire for alloc::vec::Vec<$t> {
            fn write(&self, w: &mut $crate::wire::Writer) { $crate::wire::codec::write_list(self, w); }
            fn read(r: &mut $crate::wire::Reader<'_>) -> Self { $crate::wire::codec::read_list(r) }
        }
    )*};
}
pub(crate) use list_of;
list_of!(String, SignKey, SpaceId, Sha256Digest);

impl Wire for Timestamp {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        let seconds = u64::read(r);
        if seconds > Timestamp::MAX.0 {
            r.fail();
        }
        Timestamp(seconds)
    }
}

impl Wire for Expiry {
    fn write(&self, w: &mut Writer) {
        w.put(&self.to_bytes());
    }
    fn read(r: &mut Reader<'_>) -> Self {
        let bytes = r.array();
        let expiry = Expiry::from_bytes(bytes);
        if expiry.to_bytes() != bytes {
            r.fail(); // one value, one encoding
        }
        expiry
    }
}

impl Wire for crate::code::Code {
    fn write(&self, w: &mut Writer) {
        (*self as u16).write(w);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        Self::from_number(u16::read(r)).unwrap_or_else(|| {
            r.fail();
            Self::Undecidable
        })
    }
}

impl<T: Wire> Wire for alloc::boxed::Box<T> {
    fn write(&self, w: &mut Writer) {
        (**self).write(w);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        alloc::boxed::Box::new(T::read(r))
    }
}
