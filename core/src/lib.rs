//! Decides who may be here and how they get in, as a pure function: the same request and facts always give the same
//! bytes.
//!
//! **What it promises.** No IO, no clock, no randomness, no logging, no threads, no `unsafe`. Time and entropy are
//! inputs. Every answer is one of: [`Need`](wire::Answer::Need) (what must be fetched or checked first),
//! [`Decided`](wire::Answer::Decided) (a verdict with its code and rule, and what to write), or
//! [`Fault`](wire::Answer::Fault) (a request or record that cannot be trusted, which ends in refusal too).
//!
//! **What it does not do.** It opens no socket and no file, holds no key, verifies no signature inside [`step`] (it
//! *asks* for checks, and whoever runs it answers them with [`check::run`]), and keeps nothing between two calls.
//!
//! Modules in reading order: the nouns ([`time`], [`key`], [`text`], [`id`], [`role`]), what people hold and sign
//! ([`token`], [`link`], [`claims`], [`statement`], [`http_signature`]), what is stored ([`record`]), how it travels
//! ([`wire`]), and what is decided ([`mod@code`], [`rule`], [`decide`]).
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod check;
pub mod claims;
pub mod code;
pub mod decide;
pub mod digest;
pub mod http_signature;
pub mod id;
pub mod key;
pub mod link;
pub mod record;
pub mod role;
pub mod rule;
pub mod statement;
pub mod text;
pub mod time;
pub mod token;
#[cfg(feature = "view")]
pub mod view;
pub mod wire;

pub use code::Code;
pub use decide::step;
pub use id::{DecisionId, Incarnation, InviteId, SpaceId};
pub use key::{KexKey, Nonce, ServerKey, SignKey, Signature};
pub use time::{Expiry, Timestamp};
