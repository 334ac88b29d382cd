//! Invites by name: made for an account, and answered from its inbox.

use crate::error::Error;
use crate::session::Session;
use doorward_core::role::Role;
use doorward_core::view::{InboxItem, InboxList, InviteAccountBody, Invited, MemberAnswer, MemberView, Outcome};
use doorward_core::{InviteId, SignKey, SpaceId};

impl Session {
    /// Invites an account into a network by name. Nothing comes back if one waits for it already.
    pub async fn invite_account(&self, space: &SpaceId, key: &SignKey, role: Role) -> Result<Option<InboxItem>, Error> {
        let body = InviteAccountBody { role: Some(role.into()) };
        let invited: Invited = self.send("POST", &format!("/v1/spaces/{space}/members/{key}/invite"), &body).await?;
        Ok(invited.invite)
    }

    /// Everything that waits for this account.
    pub async fn inbox(&self) -> Result<Vec<InboxItem>, Error> {
        let list: InboxList = self.get("/v1/inbox").await?;
        Ok(list.items)
    }

    /// Says yes: this account is a member there from then on.
    pub async fn accept(&self, invite: &InviteId) -> Result<MemberView, Error> {
        let answer: MemberAnswer = self.send_empty("POST", &format!("/v1/inbox/{invite}/accept")).await?;
        Ok(answer.member)
    }

    /// Says no.
    pub async fn decline(&self, invite: &InviteId) -> Result<(), Error> {
        let _: Outcome = self.send_empty("POST", &format!("/v1/inbox/{invite}/decline")).await?;
        Ok(())
    }
}
