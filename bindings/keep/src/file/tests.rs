//! Against the `age` crate, both ways, and against what happens to files.

use super::*;
use age::secrecy::SecretString;
use alloc::vec;
use std::io::{Read, Write};

const PASSPHRASE: &str = "korrekt pferd batterie — heftklammer";

fn entropy(seed: u8) -> Entropy {
    let bytes = |n: u8| core::array::from_fn(|i| (i as u8).wrapping_mul(31).wrapping_add(n ^ seed));
    Entropy { salt: bytes(1), file_key: Zeroizing::new(bytes(2)), nonce: bytes(3) }
}

fn lengths() -> impl Iterator<Item = Vec<u8>> {
    // Around the ends of chunks.
    [0, 1, 600, 65_535, 65_536, 65_537, 131_072].into_iter().map(|length| (0..length).map(|i: u32| i as u8).collect())
}

fn age_opens(armored: &str, passphrase: &str) -> Result<Vec<u8>, age::DecryptError> {
    let identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    let decryptor = age::Decryptor::new(age::armor::ArmoredReader::new(armored.as_bytes()))?;
    let mut plaintext = Vec::new();
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity))?.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

fn age_seals(plaintext: &[u8], passphrase: &str, work: u8) -> String {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(work);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
    let mut text = Vec::new();
    let armor = age::armor::ArmoredWriter::wrap_output(&mut text, age::armor::Format::AsciiArmor).unwrap();
    let mut writer = encryptor.wrap_output(armor).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap().finish().unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn age_opens_what_we_seal() {
    for plaintext in lengths() {
        let armored = encrypt(PASSPHRASE, &plaintext, &entropy(9)).unwrap();
        assert_eq!(age_opens(&armored, PASSPHRASE).unwrap(), plaintext);
        assert_eq!(*decrypt(PASSPHRASE, &armored).unwrap(), plaintext);
    }
}

#[test]
fn we_open_what_age_seals() {
    for plaintext in lengths() {
        assert_eq!(*decrypt(PASSPHRASE, &age_seals(&plaintext, PASSPHRASE, 10)).unwrap(), plaintext);
    }
    assert_eq!(*decrypt(PASSPHRASE, &age_seals(b"seed", PASSPHRASE, 18)).unwrap(), b"seed");
}

#[test]
fn another_passphrase_is_told_apart_from_damage() {
    let armored = age_seals(b"seed", PASSPHRASE, 4);
    for wrong in ["", "korrekt", "Korrekt pferd batterie — heftklammer"] {
        assert_eq!(decrypt(wrong, &armored), Err(Refusal::WrongPassphrase));
    }
}

#[test]
fn too_much_work_is_refused_before_it_is_done() {
    let mut file = armor::unwrap(&age_seals(b"seed", PASSPHRASE, 4)).unwrap();
    let at = file.iter().position(|c| *c == b'\n').unwrap() + 1 + "-> scrypt ".len() + 22 + 1;
    assert_eq!(file[at], b'4');
    for (work, refusal) in
        [("21", Refusal::Damaged), ("63", Refusal::Damaged), ("04", Refusal::Damaged), ("5", Refusal::WrongPassphrase)]
    {
        let changed = [&file[..at], work.as_bytes(), &file[at + 1..]].concat();
        assert_eq!(decrypt(PASSPHRASE, &armor::wrap(&changed)), Err(refusal), "{work}");
    }
    file.truncate(at);
    assert_eq!(decrypt(PASSPHRASE, &armor::wrap(&file)), Err(Refusal::Damaged));
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let file = armor::unwrap(&age_seals(&[7; 100], PASSPHRASE, 1)).unwrap();
    assert_eq!(decrypt(PASSPHRASE, &armor::wrap(&file)).map(|plaintext| plaintext.len()), Ok(100));
    for at in 0..file.len() {
        for change in [1, 0x20, 0x80] {
            let mut changed = file.clone();
            changed[at] ^= change;
            assert!(decrypt(PASSPHRASE, &armor::wrap(&changed)).is_err(), "byte {at} ^ {change}");
        }
        assert_eq!(decrypt(PASSPHRASE, &armor::wrap(&file[..at])), Err(Refusal::Damaged), "first {at} bytes");
    }
    let longer = [file, vec![0]].concat();
    assert_eq!(decrypt(PASSPHRASE, &armor::wrap(&longer)), Err(Refusal::Damaged));
}

#[test]
fn chunks_cannot_be_dropped_or_swapped() {
    let plaintext: Vec<u8> = (0..3 * 65_536u32).map(|i| (i / 65_536) as u8).collect();
    let file = armor::unwrap(&age_seals(&plaintext, PASSPHRASE, 1)).unwrap();
    let start = file.len() - 3 * (65_536 + 16);
    let (head, chunks) = file.split_at(start);
    let (a, rest) = chunks.split_at(65_536 + 16);
    let (b, c) = rest.split_at(65_536 + 16);
    assert_eq!(*decrypt(PASSPHRASE, &armor::wrap(&[head, a, b, c].concat())).unwrap(), plaintext);
    for bad in [vec![head, a, b], vec![head, a], vec![head], vec![head, b, a, c], vec![head, a, c], vec![head, a, b, c, c]] {
        assert_eq!(decrypt(PASSPHRASE, &armor::wrap(&bad.concat())), Err(Refusal::Damaged));
    }
}
