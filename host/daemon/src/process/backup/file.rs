//! A backup as a file: a line that says what it is, the records in order of their keys, and the signed [`Export`].
//!
//! | part | bytes |
//! |---|---|
//! | head | `doorward backup 1` and a newline |
//! | record | `1`, revision `u64`, length `u16` and key, length `u32` and value |
//! | end | `0`, length `u32` and encoded [`Export`], the server's signature over it (64) |
//!
//! Numbers are big-endian. The digest in the export is SHA-256 of all records as they stand here.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use doorward_core::digest::Sha256Digest;
use doorward_core::statement::{Domain, Export};
use doorward_core::wire::{decode, encode};
use doorward_core::{Signature, check};
use doorward_shell::ServerSigner;
use doorward_store::{Cause, MAX_VALUE, Reason, Record, Unavailable};
use sha2::{Digest, Sha256};

use crate::process::Failure;

/// What a backup begins with.
pub(super) const HEAD: &[u8] = b"doorward backup 1\n";
const RECORD: u8 = 1;
const END: u8 = 0;
/// No statement is longer.
const LONGEST: usize = 4_096;

/// Writes one.
pub(super) struct Writer<W: Write> {
    out: W,
    digest: Sha256,
    records: u64,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W) -> io::Result<Self> {
        out.write_all(HEAD)?;
        Ok(Self { out, digest: Sha256::new(), records: 0 })
    }

    pub(super) fn record(&mut self, key: &str, revision: u64, value: &[u8]) -> io::Result<()> {
        let (Ok(key_length), Ok(length)) = (u16::try_from(key.len()), u32::try_from(value.len())) else {
            return Err(io::Error::other(format!("the record {key} is too large")));
        };
        let revision = revision.to_be_bytes();
        let parts = [&[RECORD], &revision[..], &key_length.to_be_bytes(), key.as_bytes(), &length.to_be_bytes(), value];
        for part in parts {
            self.digest.update(part);
            self.out.write_all(part)?;
        }
        self.records += 1;
        Ok(())
    }

    /// How many records there are, and their digest.
    pub(super) fn sum(&self) -> (u64, Sha256Digest) {
        (self.records, self.digest.clone().finalize().into())
    }

    /// Signs and ends it.
    pub(super) fn end(mut self, export: &Export, signer: &ServerSigner) -> io::Result<W> {
        let payload = encode(export);
        let signature = signer.sign(Domain::Export, &payload);
        let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
        for part in [&[END], &length.to_be_bytes()[..], &payload, &signature.0] {
            self.out.write_all(part)?;
        }
        Ok(self.out)
    }
}

/// Reads one, record by record. What comes before the end may be half of something: only an end without an error says
/// that it was whole.
pub(super) struct Reader {
    input: BufReader<File>,
    path: PathBuf,
    digest: Sha256,
    records: u64,
    ended: Option<Export>,
    failed: bool,
}

impl Reader {
    /// Opens it. `None` if the file is something else.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Failure> {
        let fault = |error| Failure::at(path, error);
        let mut input = BufReader::with_capacity(1 << 16, File::open(path).map_err(fault)?);
        let mut head = Vec::new();
        input.by_ref().take(HEAD.len() as u64).read_to_end(&mut head).map_err(fault)?;
        let (digest, path) = (Sha256::new(), path.to_owned());
        Ok((head == HEAD).then_some(Self { input, path, digest, records: 0, ended: None, failed: false }))
    }

    /// What a server said and signed of it, once all records were read and were the ones it spoke of.
    pub(super) fn export(&self) -> Option<&Export> {
        self.ended.as_ref()
    }

    fn damaged(&self, what: &str) -> Unavailable {
        let line = format!("{}: the backup is damaged: {what}", self.path.display());
        Reason::new(Cause::Corrupt, line).into()
    }

    fn bytes(&mut self, length: usize) -> Result<Vec<u8>, Unavailable> {
        let mut bytes = vec![0; length];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.damaged("it ends too early")),
            Err(error) => Err(Reason::new(Cause::Io, format!("{}: {error}", self.path.display())).into()),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unavailable> {
        let mut array = [0; N];
        array.copy_from_slice(&self.bytes(N)?);
        Ok(array)
    }

    /// Bytes that the digest covers.
    fn covered(&mut self, length: usize) -> Result<Vec<u8>, Unavailable> {
        let bytes = self.bytes(length)?;
        self.digest.update(&bytes);
        Ok(bytes)
    }

    fn number<const N: usize>(&mut self) -> Result<u64, Unavailable> {
        Ok(self.covered(N)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn step(&mut self) -> Result<Option<Record>, Unavailable> {
        match self.array::<1>()? {
            [RECORD] => {
                self.digest.update([RECORD]);
                let revision = self.number::<8>()?;
                let length = self.number::<2>()?;
                let key = self.covered(length as usize)?;
                let key = String::from_utf8(key).map_err(|_| self.damaged("a key is no text"))?;
                let length = self.number::<4>()? as usize;
                if length > MAX_VALUE {
                    return Err(self.damaged("a value is longer than any"));
                }
                let value = self.covered(length)?;
                self.records += 1;
                Ok(Some(Record { key, revision, value: Some(value) }))
            }
            [END] => self.end().map(|()| None),
            [_] => Err(self.damaged("something else stands where a record should begin")),
        }
    }

    fn end(&mut self) -> Result<(), Unavailable> {
        let length = u32::from_be_bytes(self.array()?) as usize;
        if length > LONGEST {
            return Err(self.damaged("its end is longer than any"));
        }
        let payload = self.bytes(length)?;
        let export: Export = decode(&payload).map_err(|_| self.damaged("its end cannot be read"))?;
        let signature = Signature(self.array()?);
        if self.input.read(&mut [0]).is_ok_and(|more| more > 0) {
            return Err(self.damaged("something follows its end"));
        }
        let digest: Sha256Digest = self.digest.clone().finalize().into();
        if (export.records, export.digest) != (self.records, digest) {
            return Err(self.damaged("its records are not the ones that were signed"));
        }
        if !check::verify(&export.server, &Domain::Export.statement(&export), &signature) {
            return Err(self.damaged("its signature is not the server's"));
        }
        self.ended = Some(export);
        Ok(())
    }
}

impl Iterator for Reader {
    type Item = Result<Record, Unavailable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.ended.is_some() {
            return None;
        }
        let step = self.step().transpose();
        self.failed = matches!(step, Some(Err(_)));
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::{ServerKey, Timestamp};
    use zeroize::Zeroizing;

    fn signer() -> ServerSigner {
        ServerSigner::from_seed(&Zeroizing::new([9; 32]))
    }

    fn written() -> Vec<u8> {
        let mut writer = Writer::new(Vec::new()).unwrap();
        writer.record("a.00", 3, b"value").unwrap();
        writer.record("b.00", 1, b"").unwrap();
        let (records, digest) = writer.sum();
        let server: ServerKey = signer().public();
        let export = Export { server, records, digest, revision: 3, sequence: 2, chain: [1; 32], at: Timestamp(5) };
        writer.end(&export, &signer()).unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Vec<Record>, String> {
        let path = std::env::temp_dir().join(format!("doorward-backup-{}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let mut reader = Reader::open(&path).map_err(|failure| failure.0)?.ok_or("not a backup")?;
        let records: Result<Vec<_>, _> = reader.by_ref().collect();
        std::fs::remove_file(&path).unwrap();
        let records = records.map_err(|error| error.to_string())?;
        reader.export().map(|_| records).ok_or_else(|| "no end".into())
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let whole = written();
        let records = read(&whole).unwrap();
        assert_eq!(records, [Record::present("a.00", 3, b"value".into()), Record::present("b.00", 1, vec![])]);
        for cut in 0..whole.len() {
            assert!(read(&whole[..cut]).is_err(), "{cut} bytes of it");
        }
        assert!(read(&[whole.as_slice(), b"x"].concat()).is_err(), "one byte more");
        for bit in 0..whole.len() * 8 {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&damaged).is_err(), "bit {bit}");
        }
    }
}
