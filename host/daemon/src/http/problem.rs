//! Refusals as `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorward_core::Code;
use doorward_core::view::Problem;
use doorward_core::wire::{Reply, Verdict};
use doorward_shell::{Answered, HOST_RULE};

use super::status::{retry_after, status_of};

/// Beside an answer of ours that refuses: with which code.
#[derive(Clone, Copy)]
pub(crate) struct Refused(pub(crate) Code);

/// Why a request is not answered with what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    code: Code,
    problem: Box<Problem>,
    retry_after: Option<u32>,
}

impl Refusal {
    /// The refusal of an answer that says no, with what the caller may know beside the code.
    pub(crate) fn from_answer(answered: &Answered) -> Self {
        let mut refusal = Self::from(answered.code);
        let Answered { rule, reply, .. } = answered;
        refusal.problem.rule = (rule != HOST_RULE && !rule.is_empty()).then(|| rule.clone());
        match reply {
            Reply::Stale(time) => refusal.problem.time = Some((*time).into()),
            Reply::DeadInvite(expires) => refusal.problem.expires = Some((*expires).into()),
            Reply::Redeemed(redeemed) => refusal.problem.first = Some(redeemed.first.into()),
            Reply::Nothing
            | Reply::Description(_)
            | Reply::Invite(_)
            | Reply::Preview(_)
            | Reply::InviteShown(_)
            | Reply::Invites(_)
            | Reply::Account(_)
            | Reply::Accounts(_)
            | Reply::Why(_)
            | Reply::Tidied(_)
            | Reply::Swept(_)
            | Reply::Space(_)
            | Reply::Spaces(_)
            | Reply::Inbox(_)
            | Reply::Member(_)
            | Reply::Members(_)
            | Reply::Watching(_)
            | Reply::Seen(_) => {}
        }
        refusal
    }

    /// The same refusal under a status that belongs to HTTP itself.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.problem.status = status.as_u16();
        self
    }

    /// The same refusal, good to repeat after this many seconds.
    pub(crate) fn repeat_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Head and body of an HTTP/1.1 answer that says so and ends the connection, for where no request was read.
    pub(crate) fn into_bytes(self) -> (String, Vec<u8>) {
        // The shape holds strings and numbers; JSON can write them all.
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.retry_after.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n{retry}connection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        (head, body)
    }

    /// An answer whose shape is not the one its command has. Nobody knows what that means, so it means no.
    pub(crate) fn unexpected(answered: &Answered) -> Self {
        tracing::error!(code = %answered.code, rule = answered.rule, "the policy answered a command with another command's reply");
        Self::from(Code::Undecidable)
    }

    /// Its code.
    #[cfg(test)]
    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        let problem = Box::new(Problem::new(code, status_of(code).as_u16()));
        Self { code, problem, retry_after: retry_after(code) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Refused(self.code));
        response
    }
}

/// The answer, if it says yes; else why not.
pub(crate) fn allowed(answered: Answered) -> Result<Answered, Refusal> {
    match answered.verdict {
        Verdict::Allow => Ok(answered),
        Verdict::Deny => Err(Refusal::from_answer(&answered)),
    }
}
