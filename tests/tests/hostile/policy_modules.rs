//! Modules that are wrong in one way each: written by hand, or the real one with a few bytes more.

use doorward_artifacts::POLICY;
use doorward_tests::Oops;

/// Requests longer than this are what a [`spoilt`] module misbehaves at: longer than any golden vector.
pub(crate) const LONG: usize = 10_000;

/// A module that keeps to the ABI, with this body of `doorward_step` (`$req $req_len $facts $facts_len`), and `extra`
/// fields before it.
pub(crate) fn written(extra: &str, body: &str) -> Result<Vec<u8>, Oops> {
    let text = format!(
        r#"(module
            {extra}
            (memory (export "memory") 20)
            (func (export "doorward_abi") (result i32) (i32.const 1))
            (func (export "doorward_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "doorward_release"))
            (func (export "doorward_step")
                (param $req i32) (param $req_len i32) (param $facts i32) (param $facts_len i32) (result i64)
                {body}))"#
    );
    Ok(wat::parse_str(text)?)
}

/// How a module misbehaves, as the bytes of WebAssembly that do it (core specification, section 5.4).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Misdeed {
    /// `unreachable`
    Trap,
    /// `loop br 0 end`
    Loop,
    /// `loop i32.const 16 memory.grow i32.const -1 i32.eq if unreachable end br 0 end`
    Grow,
    /// `i64.const -1 return`: an answer that is all of memory and more.
    Garbage,
    /// `i64.const 1 << 32 | 1 return`: one byte that is there, and is no answer.
    Byte,
}

impl Misdeed {
    /// Every one, and the name under which the metrics count it; none where the engine itself sees nothing wrong.
    pub(crate) const ALL: [(Misdeed, Option<&'static str>); 5] = [
        (Misdeed::Trap, Some("trap")),
        (Misdeed::Loop, Some("out-of-fuel")),
        (Misdeed::Grow, Some("memory")),
        (Misdeed::Garbage, Some("bad-output")),
        (Misdeed::Byte, None),
    ];

    fn code(self) -> &'static [u8] {
        match self {
            Misdeed::Trap => &[0x00],
            Misdeed::Loop => &[0x03, 0x40, 0x0c, 0x00, 0x0b],
            Misdeed::Grow => &[0x03, 0x40, 0x41, 0x10, 0x40, 0x00, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x00, 0x0b, 0x0c, 0x00, 0x0b],
            Misdeed::Garbage => &[0x42, 0x7f, 0x0f],
            Misdeed::Byte => &[0x42, 0x81, 0x80, 0x80, 0x80, 0x10, 0x0f],
        }
    }
}

/// The real policy, which misbehaves when the request is [`LONG`].
pub(crate) fn spoilt(misdeed: Misdeed) -> Result<Vec<u8>, Oops> {
    // if $req_len > LONG
    let test = [&[0x20, 0x01, 0x41][..], &signed_leb(LONG), &[0x4b, 0x04, 0x40]].concat();
    wrapped(&[&test[..], misdeed.code(), &[0x0b]].concat())
}

/// The real policy, which traps on the second question to the same instance.
pub(crate) fn forgetful_of_nothing() -> Result<Vec<u8>, Oops> {
    // if the byte at 0 is set then unreachable end; set it. The stack grows down towards it and never gets there.
    wrapped(&[0x41, 0, 0x2d, 0, 0, 0x04, 0x40, 0x00, 0x0b, 0x41, 0, 0x41, 1, 0x3a, 0, 0])
}

/// The real policy under another digest: with a section that means nothing.
pub(crate) fn renamed(name: &str) -> Vec<u8> {
    let content = [&[name.len() as u8], name.as_bytes()].concat();
    [POLICY, &[0, content.len() as u8], &content].concat()
}

/// The real policy with these bytes in place of those.
pub(crate) fn patched(from: &[u8], to: &[u8]) -> Result<Vec<u8>, Oops> {
    let at = POLICY.windows(from.len()).position(|window| window == from).ok_or("not in the module")?;
    let mut wasm = POLICY.to_vec();
    wasm[at..at + to.len()].copy_from_slice(to);
    Ok(wasm)
}

/// Section ids (core specification, section 5.5).
const FUNCTIONS: u8 = 3;
const EXPORTS: u8 = 7;
const CODE: u8 = 10;

/// The real policy with `before` run at the beginning of each step: `doorward_step` becomes a function of our own that
/// ends by calling the real one.
fn wrapped(before: &[u8]) -> Result<Vec<u8>, Oops> {
    let mut sections = sections(POLICY)?;
    let name = b"\x0ddoorward_step\x00";
    let exports = sections.iter().position(|(id, _)| *id == EXPORTS).ok_or("no exports")?;
    let at = sections[exports].1.windows(name.len()).position(|window| window == name).ok_or("no step")? + name.len();
    let (step, length) = leb(&sections[exports].1[at..])?;

    let functions = sections.iter().position(|(id, _)| *id == FUNCTIONS).ok_or("no functions")?;
    let (count, skip) = leb(&sections[functions].1)?;
    let mut types = &sections[functions].1[skip..];
    // It imports nothing, so functions are numbered as they stand here.
    let mut of_step = 0;
    for _ in 0..=step {
        let (one, length) = leb(types)?;
        (of_step, types) = (one, &types[length..]);
    }
    let functions_now = [&unsigned_leb(count + 1)[..], &sections[functions].1[skip..], &unsigned_leb(of_step)].concat();
    sections[functions].1 = functions_now;
    sections[exports].1.splice(at..at + length, unsigned_leb(count));

    let code = sections.iter().position(|(id, _)| *id == CODE).ok_or("no code")?;
    let (bodies, skip) = leb(&sections[code].1)?;
    assert_eq!(bodies, count, "a body a function");
    // No locals; the four parameters; call; end.
    let body = [&[0][..], before, &[0x20, 0, 0x20, 1, 0x20, 2, 0x20, 3, 0x10], &unsigned_leb(step), &[0x0b]].concat();
    sections[code].1 = [&unsigned_leb(bodies + 1)[..], &sections[code].1[skip..], &unsigned_leb(body.len()), &body].concat();

    let mut wasm = POLICY[..8].to_vec();
    for (id, content) in sections {
        wasm.push(id);
        wasm.extend(unsigned_leb(content.len()));
        wasm.extend(content);
    }
    Ok(wasm)
}

fn sections(wasm: &[u8]) -> Result<Vec<(u8, Vec<u8>)>, Oops> {
    let (mut rest, mut found) = (wasm.get(8..).ok_or("no module")?, Vec::new());
    while let Some((id, after)) = rest.split_first() {
        let (length, skip) = leb(after)?;
        let (content, next) = after[skip..].split_at_checked(length).ok_or("a section is cut short")?;
        found.push((*id, content.to_vec()));
        rest = next;
    }
    Ok(found)
}

/// A number in LEB128, and how many bytes it took.
fn leb(bytes: &[u8]) -> Result<(usize, usize), Oops> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((number, at + 1));
        }
    }
    Err("no number".into())
}

fn unsigned_leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// The same for a constant, whose highest bit would be its sign.
fn signed_leb(number: usize) -> Vec<u8> {
    let mut bytes = unsigned_leb(number);
    if bytes.last().is_some_and(|last| last & 0x40 != 0) {
        let last = bytes.len() - 1;
        bytes[last] |= 0x80;
        bytes.push(0);
    }
    bytes
}
