//! `policy.wasm` itself: what it is made of, and how it takes being misused.

mod bare;

use bare::Bare;
use doorward_artifacts::{POLICY, POLICY_DIGEST, POLICY_DIGEST_HEX};
use doorward_engine::{Policy, Vector};
use sha2::{Digest, Sha256};
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};

#[test]
fn it_is_accepted_and_its_digest_is_the_embedded_one() {
    let policy = Policy::load(POLICY, &[]).expect("our own artefact is accepted");
    assert_eq!(policy.digest(), POLICY_DIGEST);
    let digest: [u8; 32] = Sha256::digest(POLICY).into();
    assert_eq!(digest, POLICY_DIGEST);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, POLICY_DIGEST_HEX);
}

#[test]
fn it_answers_every_golden_vector() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings/vectors/step");
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the vectors are in the tree") {
        let text = std::fs::read_to_string(entry.expect("readable").path()).expect("UTF-8");
        lines.extend(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned));
    }
    assert!(lines.len() > 100, "{}", lines.len());
    let golden: Vec<[Vec<u8>; 3]> = lines.iter().map(|line| columns(line)).collect();
    let vectors: Vec<Vector<'_>> = golden.iter().map(|[request, facts, answer]| Vector { request, facts, answer }).collect();
    // Fresh, and twice over in one kept instance.
    if let Err(error) = Policy::load(POLICY, &vectors) {
        panic!("{error}");
    }
}

/// `name request facts answer`, hexadecimal, `-` for empty.
fn columns(line: &str) -> [Vec<u8>; 3] {
    let mut columns = line.split(' ').skip(1).map(|column| {
        let digits = if column == "-" { "" } else { column };
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
        (0..digits.len()).step_by(2).map(byte).collect()
    });
    std::array::from_fn(|_| columns.next().expect("four columns"))
}

/// Integers only: it validates with every proposal off but the two that rustc's wasm32 output relies on, and floats off.
#[test]
fn it_uses_integers_only_and_no_proposal_beyond_what_the_host_turns_on() {
    let allowed = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        // Table indices spelt in more than one byte; no reference type is used, or the host would not compile it.
        | WasmFeatures::CALL_INDIRECT_OVERLONG;
    let checked = Validator::new_with_features(allowed).validate_all(POLICY);
    assert!(checked.is_ok(), "{:?}", checked.err());
}

#[test]
fn it_imports_nothing_and_exports_the_abi() {
    let mut exports = Vec::new();
    for payload in Parser::new(0).parse_all(POLICY) {
        match payload.expect("well-formed") {
            Payload::ImportSection(imports) => assert_eq!(imports.count(), 0),
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.expect("well-formed");
                    if export.kind != ExternalKind::Global {
                        exports.push(export.name.to_owned());
                    }
                }
            }
            Payload::StartSection { .. } => panic!("nothing runs before it is asked"),
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory.expect("well-formed");
                    assert_eq!(memory.initial, 1, "a fresh instance costs by its first pages");
                }
            }
            Payload::CustomSection(section) => {
                assert!(section.name() == "target_features", "{} would carry names or paths", section.name())
            }
            _ => {}
        }
    }
    // The linker also exports the two that stand in for the compiler's own; they only read the module's memory.
    exports.retain(|name| name != "bcmp" && name != "memcmp");
    exports.sort();
    assert_eq!(exports, ["doorward_abi", "doorward_alloc", "doorward_release", "doorward_step", "memory"]);
}

#[test]
fn it_is_small() {
    assert!(POLICY.len() <= 149_000, "{} bytes", POLICY.len());
}

#[test]
fn no_local_path_is_in_it() {
    for needle in [env!("CARGO_MANIFEST_DIR"), ".cargo", "rustlib", "/home/", "/Users/"] {
        let found = POLICY.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!found, "{needle}");
    }
}

#[test]
fn ranges_that_were_not_handed_out_trap() {
    let end = 65_536;
    for (offset, len, why) in [
        (0_i64, 17_u32, "one byte too long"),
        (-1, 16, "begins one byte too early"),
        (1, 16, "ends one byte too late"),
        (0, u32::MAX, "wraps"),
        (i64::from(u32::MAX), 1, "wraps below"),
    ] {
        let mut bare = Bare::new();
        let block = bare.alloc(16);
        let at = (i64::from(block) + offset) as u32;
        assert!(!bare.answers(at, len, block, 0), "request {why}");
        let mut bare = Bare::new();
        let block = bare.alloc(16);
        assert!(!bare.answers(block, 16, at, len), "facts {why}");
    }
    for at in [0, 1, 1024, end, end - 1, u32::MAX] {
        assert!(!Bare::new().answers(at, 1, at, 0), "{at} before anything was handed out");
        let mut bare = Bare::new();
        bare.alloc(16);
        assert!(!bare.answers(at, 1, at, 0), "{at}");
    }
    let mut bare = Bare::new();
    let block = bare.alloc(16);
    assert!(bare.answers(block, 16, block + 16, 0));
    assert!(bare.answers(block, 0, block, 16));
    bare.release.call(&mut bare.store, ()).expect("releases");
    assert!(!bare.answers(block, 16, block, 0), "after the release it is nobody's");
}

#[test]
fn blocks_do_not_overlap_and_are_given_back_whole() {
    let mut bare = Bare::new();
    let first = bare.alloc(0);
    let mut before = first;
    for len in [0, 1, 7, 8, 9, 100_000, 3] {
        let block = bare.alloc(len);
        assert_eq!(block % 8, 0);
        assert!(block > before, "{len}");
        before = block + len.saturating_sub(1);
    }
    let grown = bare.memory.size(&bare.store);
    for _ in 0..100 {
        bare.release.call(&mut bare.store, ()).expect("releases");
        assert_eq!(bare.alloc(0), first);
        bare.alloc(100_000);
    }
    assert_eq!(bare.memory.size(&bare.store), grown, "the arena is emptied, not leaked");
}

#[test]
fn more_than_there_is_traps() {
    let mut bare = Bare::new();
    assert!(bare.alloc.call(&mut bare.store, u32::MAX).is_err());
    let mut bare = Bare::new();
    bare.alloc(1 << 31);
    assert!(bare.alloc.call(&mut bare.store, 1 << 31).is_err());
}
