//! Keys and signatures against published vectors, and every bad key with its own answer.

use crate::files::{array, unhex};
use doorward_core::check::{CheckResult, kex_key, sign_key, verify};
use doorward_core::{Code, KexKey, SignKey, Signature};
use ed25519_dalek::{Signer, SigningKey};
use x25519_dalek::{PublicKey, StaticSecret};

/// RFC 8032, section 7.1: seed, public key, message, signature.
pub const RFC_8032: &[[&str; 4]] = &[
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ],
];

/// The order of the base point, little-endian (RFC 8032, section 5.1).
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

/// Ed25519 points of small order, canonical: orders 1, 2, 4, 4, 8, 8, 8, 8.
const SMALL_ORDER: &[&str] = &[
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
];

/// The same points and others written another way: negative zero, and a y of p or p + 1.
const NOT_CANONICAL: &[&str] = &[
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// X25519 points that give no secret (RFC 7748, section 6.1, and the list of Curve25519's author).
const KEX_SMALL_ORDER: &[&str] = &[
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

fn key(text: &str) -> SignKey {
    SignKey::from_hex(text).unwrap()
}

#[test]
fn rfc_8032() {
    for [seed, public, message, signature] in RFC_8032 {
        let signing = SigningKey::from_bytes(&array(seed));
        assert_eq!(signing.verifying_key().to_bytes(), array::<32>(public));
        let (message, signature) = (unhex(message), Signature(array(signature)));
        assert_eq!(signing.sign(&message).to_bytes(), signature.0);
        assert_eq!(sign_key(&key(public)), CheckResult::Good);
        assert!(verify(&key(public), &message, &signature));
        assert!(!verify(&key(public), &[&message[..], b"x"].concat(), &signature));
        for at in 0..64 {
            let mut wrong = signature;
            wrong.0[at] ^= 1;
            assert!(!verify(&key(public), &message, &wrong), "a changed byte {at}");
        }
    }
}

/// The same signature with the group's order added to its second half says the same in lax libraries. Here it is no
/// signature, so nobody makes a second one out of a first (RFC 8032, section 8.4).
#[test]
fn signatures_are_not_malleable() {
    let order: [u8; 32] = array(ORDER);
    for [_, public, message, signature] in RFC_8032 {
        let mut other: [u8; 64] = array(signature);
        let mut carry = 0u16;
        for at in 0..32 {
            let sum = u16::from(other[32 + at]) + u16::from(order[at]) + carry;
            (other[32 + at], carry) = (sum as u8, sum >> 8);
        }
        assert_eq!(carry, 0);
        assert!(!verify(&key(public), &unhex(message), &Signature(other)));
    }
}

/// For a key of small order, all zeros and the neutral point sign every message in lax libraries.
#[test]
fn keys_of_small_order_sign_nothing() {
    for public in SMALL_ORDER.iter().chain(NOT_CANONICAL) {
        for point in SMALL_ORDER {
            let signature = Signature([array::<32>(point), [0; 32]].concat().try_into().unwrap());
            for message in 0..32u8 {
                assert!(!verify(&key(public), &[message], &signature), "{public}");
            }
        }
    }
}

#[test]
fn every_bad_sign_key_has_its_answer() {
    for text in SMALL_ORDER {
        assert_eq!(sign_key(&key(text)), CheckResult::Weak, "{text}");
    }
    for text in NOT_CANONICAL {
        assert_eq!(sign_key(&key(text)), CheckResult::NonCanonical, "{text}");
    }
    // y = 2 is on no point of the curve.
    let off = "0200000000000000000000000000000000000000000000000000000000000000";
    assert_eq!(sign_key(&key(off)), CheckResult::Bad);
    // No y of p or more is ever good, on the curve or not.
    for above in 0..=18u8 {
        for sign in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + above, sign);
            assert!(matches!(sign_key(&SignKey(bytes)), CheckResult::NonCanonical | CheckResult::Bad), "p + {above}");
        }
    }
}

#[test]
fn keys_are_64_digits_of_either_case() {
    let lower = RFC_8032[0][1];
    assert_eq!(SignKey::from_hex(&lower.to_uppercase()), SignKey::from_hex(lower));
    assert_eq!(key(&lower.to_uppercase()).to_hex(), lower);
    let (short, long) = (&lower[1..], format!("{lower}0"));
    for text in [short, &lower[2..], &long, "", "0x", &lower.replace('d', "g"), &format!(" {}", &lower[1..])] {
        assert_eq!(SignKey::from_hex(text), Err(Code::MalformedKey), "{text}");
        assert_eq!(KexKey::from_hex(text), Err(Code::MalformedKey), "{text}");
    }
}

/// RFC 7748, section 6.1.
#[test]
fn rfc_7748() {
    let alice = StaticSecret::from(array::<32>("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
    let bob = StaticSecret::from(array::<32>("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    let alices = KexKey::from_hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a").unwrap();
    let bobs = KexKey::from_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f").unwrap();
    let secret: [u8; 32] = array("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assert_eq!((PublicKey::from(&alice).to_bytes(), PublicKey::from(&bob).to_bytes()), (alices.0, bobs.0));
    assert_eq!(alice.diffie_hellman(&PublicKey::from(bobs.0)).to_bytes(), secret);
    assert_eq!(bob.diffie_hellman(&PublicKey::from(alices.0)).to_bytes(), secret);
    assert_eq!((kex_key(&alices), kex_key(&bobs)), (CheckResult::Good, CheckResult::Good));
}

#[test]
fn every_weak_kex_key_is_noticed() {
    for text in KEX_SMALL_ORDER {
        let mut key = KexKey::from_hex(text).unwrap();
        assert_eq!(kex_key(&key), CheckResult::Weak, "{text}");
        // The highest bit is no part of the number (RFC 7748, section 5), so it makes no other key.
        key.0[31] ^= 0x80;
        assert_eq!(kex_key(&key), CheckResult::Weak, "{text} with the other highest bit");
    }
}
