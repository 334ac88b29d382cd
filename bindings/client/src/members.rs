//! What is done to members of a space, and to keys that may or may not come in.

use crate::error::Error;
use crate::invites::{Until, page};
use crate::session::Session;
use doorward_core::role::Role;
use doorward_core::view::{BanBody, ChangeMemberBody, Cursor, MemberAnswer, MemberList, MemberView, Spelt};
use doorward_core::{SignKey, SpaceId};
use unicode_normalization::UnicodeNormalization;

impl Session {
    /// Gives a member a role. The role *owner* is not given but handed over ([`Session::transfer`]).
    pub async fn set_role(&self, space: &SpaceId, key: &SignKey, role: Role) -> Result<MemberView, Error> {
        let body = ChangeMemberBody::Role(role.into());
        about(key, self.send("PATCH", &member(space, key), &body).await?)
    }

    /// Gives a member these tags, and no others; none clears them.
    pub async fn set_tags(&self, space: &SpaceId, key: &SignKey, tags: &[String]) -> Result<MemberView, Error> {
        let body = ChangeMemberBody::Tags(tags.to_vec());
        about(key, self.send("PATCH", &member(space, key), &body).await?)
    }

    /// Shows a member the door. It may come in again; a ban keeps it out.
    pub async fn kick(&self, space: &SpaceId, key: &SignKey) -> Result<MemberView, Error> {
        about(key, self.send_empty("POST", &format!("{}/kick", member(space, key))).await?)
    }

    /// Hands the space over to a member. This account, its owner so far, becomes an admin.
    pub async fn transfer(&self, space: &SpaceId, key: &SignKey) -> Result<MemberView, Error> {
        about(key, self.send_empty("POST", &format!("{}/transfer", member(space, key))).await?)
    }

    /// Bars a key, known or not; a member is shown the door. Again sets reason and end anew.
    pub async fn ban(&self, space: &SpaceId, key: &SignKey, reason: &str, until: Until) -> Result<MemberView, Error> {
        let body = BanBody { reason: reason.nfc().collect(), until: until.by(self.client()).to_text() };
        about(key, self.send("PUT", &format!("/v1/spaces/{space}/bans/{key}"), &body).await?)
    }

    /// Lifts a ban; again is fine. Nobody is let in by that.
    pub async fn unban(&self, space: &SpaceId, key: &SignKey) -> Result<MemberView, Error> {
        about(key, self.send_empty("DELETE", &format!("/v1/spaces/{space}/bans/{key}")).await?)
    }

    /// Lets a key in under an allowlist; again is fine.
    pub async fn allow(&self, space: &SpaceId, key: &SignKey) -> Result<MemberView, Error> {
        about(key, self.send_empty("PUT", &format!("/v1/spaces/{space}/allowlist/{key}")).await?)
    }

    /// Does so no longer; again is fine. A member stays.
    pub async fn disallow(&self, space: &SpaceId, key: &SignKey) -> Result<MemberView, Error> {
        about(key, self.send_empty("DELETE", &format!("/v1/spaces/{space}/allowlist/{key}")).await?)
    }

    /// One page of the members, in order of joining. It may hold fewer than asked for, and yet not be the last.
    pub async fn members(&self, space: &SpaceId, after: Option<&Spelt<Cursor>>, limit: Option<u16>) -> Result<MemberList, Error> {
        self.get(&format!("/v1/spaces/{space}/members{}", page('?', after, limit))).await
    }

    /// One page of the keys that are barred now, in order of key. It may hold fewer than asked for, and yet not be the last.
    pub async fn bans(&self, space: &SpaceId, after: Option<&Spelt<Cursor>>, limit: Option<u16>) -> Result<MemberList, Error> {
        self.get(&format!("/v1/spaces/{space}/bans{}", page('?', after, limit))).await
    }

    /// One page of the keys that an allowlist lets in, in order of key.
    pub async fn allowlist(
        &self,
        space: &SpaceId,
        after: Option<&Spelt<Cursor>>,
        limit: Option<u16>,
    ) -> Result<MemberList, Error> {
        self.get(&format!("/v1/spaces/{space}/allowlist{}", page('?', after, limit))).await
    }
}

fn member(space: &SpaceId, key: &SignKey) -> String {
    format!("/v1/spaces/{space}/members/{key}")
}

fn about(key: &SignKey, answer: MemberAnswer) -> Result<MemberView, Error> {
    if answer.member.key.read() == Ok(*key) { Ok(answer.member) } else { Err(Error::BadAnswer("it is about another key")) }
}
