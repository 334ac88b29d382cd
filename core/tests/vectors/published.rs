//! What others published to catch lax implementations: the rest of RFC 8032 and RFC 7748, the edge cases of *Taming the
//! many EdDSAs*, and edits of a good signature in the manner of Wycheproof.

use crate::files::{array, unhex};
use crate::keys::RFC_8032;
use doorward_core::check::{CheckResult, kex_key, sign_key, verify};
use doorward_core::{Code, KexKey, SignKey, Signature};
use ed25519_dalek::{Signer, SigningKey};
use x25519_dalek::x25519;

/// RFC 8032, section 7.1, TEST 1024: seed, public key, signature; the message of 1,023 bytes is below.
const LONG: [&str; 3] = [
    "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
    "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
    "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
];

#[rustfmt::skip]
const LONG_MESSAGE: &str = concat!(
    "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98", "fa6e264bf09efe12ee50f8f54e9f77b1e355f6c50544e23fb1433ddf73be84d8",
    "79de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37c93a1b270b20329d", "658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc",
    "1a858efcb8550ee3a5e1998bd177e93a7363c344fe6b199ee5d02e82d522c4fe", "ba15452f80288a821a579116ec6dad2b3b310da903401aa62100ab5d1a36553e",
    "06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573cb116dbef", "efd75499da96bd68a8a97b928a8bbc103b6621fcde2beca1231d206be6cd9ec7",
    "aff6f6c94fcd7204ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed1", "85ce81bd84359d44254d95629e9855a94a7c1958d1f8ada5d0532ed8a5aa3fb2",
    "d17ba70eb6248e594e1a2297acbbb39d502f1a8c6eb6f1ce22b3de1a1f40cc24", "554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f270",
    "88d78b7e883c8759d2c4f5c65adb7553878ad575f9fad878e80a0c9ba63bcbcc", "2732e69485bbc9c90bfbd62481d9089beccf80cfe2df16a2cf65bd92dd597b07",
    "07e0917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128ba", "b27af87a71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51a",
    "ddd3b75a2b1ae0784504df543af8969be3ea7082ff7fc9888c144da2af58429e", "c96031dbcad3dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9b47acdb7",
    "51fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c", "42f58c30c04aafdb038dda0847dd988dcda6f3bfd15c4b4c4525004aa06eeff8",
    "ca61783aacec57fb3d1f92b0fe2fd1a85f6724517b65e614ad6808d6f6ee34df", "f7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08",
    "d78ff4ef5d63653a65040cf9bfd4aca7984a74d37145986780fc0b16ac451649", "de6188a7dbdf191f64b5fc5e2ab47b57f7f7276cd419c17a3ca8e1b939ae49e4",
    "88acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d5011fd2dcc5600a3", "2ef5b52a1ecc820e308aa342721aac0943bf6686b64b2579376504ccc493d97e",
    "6aed3fb0f9cd71a43dd497f01f17c0e2cb3797aa2a2f256656168e6c496afc5f", "b93246f6b1116398a346f1a641f3b041e989f7914f90cc2c7fff357876e506b5",
    "0d334ba77c225bc307ba537152f3f1610e4eafe595f6d9d90d11faa933a15ef1", "369546868a7f3a45a96768d40fd9d03412c091c6315cf4fde7cb68606937380d",
    "b2eaaa707b4c4185c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c", "0618983f8741c5ef68d3a101e8a3b8cac60c905c15fc910840b94c00a0b9d0",
);

/// *Taming the many EdDSAs* (Chalkias, Garillot, Nikolaenko: IACR 2020/1244, appendix C), cases 0 to 11 in order: what is
/// odd about it, message, public key, signature. Strictly verified, only case 3 is a signature.
const TAMING: [[&str; 4]; 12] = [
    [
        "small A and R",
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000",
    ],
    [
        "small A",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ],
    [
        "small R",
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
    ],
    [
        "mixed A and R",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
    ],
    [
        "good with the cofactor only",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
    ],
    [
        "good with the cofactor multiplied late",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
    ],
    [
        "S above the order",
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
    ],
    [
        "S far above the order",
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
    ],
    [
        "R not canonical, reduced for the hash",
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f",
    ],
    [
        "R not canonical",
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908",
    ],
    [
        "A not canonical, reduced for the hash",
        "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ],
    [
        "A not canonical",
        "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ],
];

/// RFC 7748, section 5.2: scalar, point, product.
const RFC_7748: [[&str; 3]; 2] = [
    [
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    ],
    [
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    ],
];

#[test]
fn rfc_8032_long_message() {
    let [seed, public, signature] = LONG;
    let (message, signature) = (unhex(LONG_MESSAGE), Signature(array(signature)));
    assert_eq!(message.len(), 1_023);
    assert_eq!(SigningKey::from_bytes(&array(seed)).sign(&message).to_bytes(), signature.0);
    assert!(verify(&SignKey(array(public)), &message, &signature));
    assert!(!verify(&SignKey(array(public)), &message[1..], &signature));
}

#[test]
fn taming_the_many_eddsas() {
    for (number, [what, message, public, signature]) in TAMING.iter().enumerate() {
        let key = SignKey(array(public));
        assert_eq!(verify(&key, &unhex(message), &Signature(array(signature))), number == 3, "{number}: {what}");
        let expected = match number {
            0 | 1 => CheckResult::Weak,
            10 | 11 => CheckResult::NonCanonical,
            // A point with a part of small order is a key like any other where nobody multiplies the cofactor away.
            _ => CheckResult::Good,
        };
        assert_eq!(sign_key(&key), expected, "{number}: {what}");
    }
}

type Edit<'e> = &'e dyn Fn(&mut [u8; 64]);

/// Edits of a good signature, each of which some library has taken for one.
#[test]
fn an_edited_signature_is_none() {
    let [_, public, message, signature] = RFC_8032[2];
    let (key, message, good) = (SignKey(array(public)), unhex(message), array::<64>(signature));
    let order: [u8; 32] = array("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let edits: &[(&str, Edit<'_>)] = &[
        ("R is zero", &|s| s[..32].fill(0)),
        ("S is zero", &|s| s[32..].fill(0)),
        ("both are zero", &|s| s.fill(0)),
        ("all ones", &|s| s.fill(0xff)),
        ("R is the neutral point", &|s| (s[..32].fill(0), s[0] = 1).1),
        ("R is the neutral point and S is zero", &|s| (s.fill(0), s[0] = 1).1),
        ("R is its own negative", &|s| s[31] ^= 0x80),
        ("S is the order", &|s| s[32..].copy_from_slice(&order)),
        ("S is one less than the order", &|s| (s[32..].copy_from_slice(&order), s[32] -= 1).1),
        ("the highest bit of S", &|s| s[63] |= 0x80),
        ("the second highest bit of S", &|s| s[63] |= 0x40),
        ("the third highest bit of S", &|s| s[63] |= 0x20),
        ("R and S change places", &|s| s.rotate_left(32)),
        ("every byte the other way round", &|s| s.reverse()),
    ];
    assert!(verify(&key, &message, &Signature(good)));
    for (what, edit) in edits {
        let mut edited = good;
        edit(&mut edited);
        assert_ne!(edited, good, "{what}");
        assert!(!verify(&key, &message, &Signature(edited)), "{what}");
    }
    let negative = SignKey(std::array::from_fn(|at| key.0[at] ^ if at == 31 { 0x80 } else { 0 }));
    assert!(!verify(&negative, &message, &Signature(good)), "by the negative key");
    for cut in [0, 2, 64, 126] {
        assert_eq!(Signature::from_hex(&signature[..cut]), Err(Code::MalformedKey), "cut to {cut} digits");
    }
    assert_eq!(Signature::from_hex(&format!("{signature}00")), Err(Code::MalformedKey));
}

#[test]
fn rfc_7748_products() {
    for [scalar, point, product] in RFC_7748 {
        assert_eq!(x25519(array(scalar), array(point)), array::<32>(product));
        assert_eq!(kex_key(&KexKey(array(point))), CheckResult::Good);
    }
}

/// RFC 7748, section 5.2: the product becomes the next scalar, the scalar the next point.
#[test]
fn rfc_7748_a_thousand_times() {
    let mut scalar = array::<32>("0900000000000000000000000000000000000000000000000000000000000000");
    let mut point = scalar;
    for turn in 1..=1_000 {
        (scalar, point) = (x25519(scalar, point), scalar);
        match turn {
            1 => assert_eq!(scalar, array::<32>("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")),
            1_000 => assert_eq!(scalar, array::<32>("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")),
            _ => {}
        }
    }
}
