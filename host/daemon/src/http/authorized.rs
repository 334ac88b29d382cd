//! The questions services ask (`/v1/authorized`, `/v1/has-admin`) and the "why" question (`/v1/can`).
//!
//! A "no" to the question is an answer, 200 with `allow: false`; a "no" to the asker is a problem. Which it was, the
//! rule tells: only the rules listed here answer a question. Whoever gets a problem takes it for a "no".

use axum::Json;
use axum::extract::{Path, State};
use doorward_core::SignKey;
use doorward_core::rule::{self, Rule};
use doorward_core::view::{
    Authorization, AuthorizedBody, AuthorizedList, CanAnswer, CanFacts, CanQuery, KeyAuthorization, Spelt,
};
use doorward_core::wire::{Asker, Command, Reply, Verdict};
use doorward_shell::Answered;
use tokio::task::JoinSet;
use tracing::Instrument;

use super::door::Door;
use super::incoming::{Incoming, Object, Query};
use super::problem::Refusal;

/// The rules that answer *is authorized*, *has admin* or *can*, each yes or no.
const ANSWERS: &[Rule] = &[
    rule::AUTHORIZED_RESTORED,
    rule::AUTHORIZED_UNKNOWN,
    rule::AUTHORIZED_REVOKED,
    rule::AUTHORIZED_BANNED,
    rule::AUTHORIZED_MEMBER,
    rule::AUTHORIZED_YES,
    rule::ADMIN_NONE,
    rule::ADMIN_YES,
    rule::CAN_SPACE,
    rule::CAN_PERMISSION,
    rule::CAN_YES,
];

/// How many questions of one list are asked side by side.
const AT_ONCE: usize = 8;

/// `GET /v1/authorized/{key}`
pub(crate) async fn one(
    State(door): State<Door>,
    Path(key): Path<Spelt<SignKey>>,
    incoming: Incoming,
) -> Result<Json<Authorization>, Refusal> {
    ask(door, incoming, Command::IsAuthorized(key.read()?)).await
}

/// `GET /v1/has-admin`
pub(crate) async fn has_admin(State(door): State<Door>, incoming: Incoming) -> Result<Json<Authorization>, Refusal> {
    ask(door, incoming, Command::HasAdmin).await
}

async fn ask(door: Door, incoming: Incoming, command: Command) -> Result<Json<Authorization>, Refusal> {
    let answered = answer(door.ask(incoming.asker, command, incoming.attached).await)?;
    let allow = answered.verdict == Verdict::Allow;
    Ok(Json(Authorization { allow, code: answered.code.into(), rule: answered.rule }))
}

/// `POST /v1/authorized`
pub(crate) async fn many(
    State(door): State<Door>,
    incoming: Incoming<Object<AuthorizedBody>>,
) -> Result<Json<AuthorizedList>, Refusal> {
    let Incoming { asker, attached, body } = incoming;
    let keys = body.0.into_keys()?;
    let mut parts = JoinSet::new();
    let length = keys.len().div_ceil(AT_ONCE);
    for (number, part) in keys.chunks(length).enumerate() {
        let (door, asker, attached, part) = (door.clone(), asker.clone(), attached.clone(), part.to_vec());
        let part = some(door, asker, attached, part).instrument(tracing::Span::current());
        parts.spawn(async move { (number, part.await) });
    }
    let mut parts = parts.join_all().await;
    parts.sort_by_key(|(number, _)| *number);
    let mut answers = Vec::with_capacity(keys.len());
    for (_, part) in parts {
        answers.extend(part?);
    }
    Ok(Json(AuthorizedList { answers }))
}

async fn some(
    door: Door,
    asker: Asker,
    attached: Vec<doorward_core::Signature>,
    keys: Vec<SignKey>,
) -> Result<Vec<KeyAuthorization>, Refusal> {
    let mut answers = Vec::with_capacity(keys.len());
    for key in keys {
        let answered = answer(door.ask(asker.clone(), Command::IsAuthorized(key), attached.clone()).await)?;
        let allow = answered.verdict == Verdict::Allow;
        answers.push(KeyAuthorization { key: key.into(), allow, code: answered.code.into(), rule: answered.rule });
    }
    Ok(answers)
}

/// `GET /v1/can`
pub(crate) async fn can(
    State(door): State<Door>,
    Query(query): Query<CanQuery>,
    incoming: Incoming,
) -> Result<Json<CanAnswer>, Refusal> {
    let can = query.try_into()?;
    let answered = answer(door.ask(incoming.asker, Command::Can(can), incoming.attached).await)?;
    let text = Rule::find(&answered.rule).map_or("", Rule::text).to_owned();
    let allow = answered.verdict == Verdict::Allow;
    let facts = match answered.reply {
        Reply::Why(why) => Some(CanFacts::from(why)),
        Reply::Nothing => None,
        _ => return Err(Refusal::unexpected(&answered)),
    };
    Ok(Json(CanAnswer { allow, code: answered.code.into(), rule: answered.rule, text, facts }))
}

/// The answer, if the question was answered at all.
fn answer(answered: Answered) -> Result<Answered, Refusal> {
    match Rule::find(&answered.rule) {
        Some(rule) if ANSWERS.contains(&rule) => Ok(answered),
        Some(_) | None => Err(Refusal::from_answer(&answered)),
    }
}

#[cfg(test)]
mod tests {
    use doorward_core::{Code, DecisionId};

    use super::*;

    fn answered(code: Code, rule: &str) -> Answered {
        let verdict = if code == Code::Allowed { Verdict::Allow } else { Verdict::Deny };
        Answered { verdict, code, rule: rule.into(), reply: Reply::Nothing, receipt: None, decision: DecisionId([0; 16]) }
    }

    #[test]
    fn a_refused_asker_gets_no_answer() {
        for (code, rule) in
            [(Code::Banned, rule::AUTHORIZED_BANNED), (Code::Allowed, rule::AUTHORIZED_YES), (Code::NotFound, rule::ADMIN_NONE)]
        {
            assert!(answer(answered(code, rule.id())).is_ok(), "{rule:?}");
        }
        for (code, rule) in [
            (Code::Unauthenticated, rule::AUTHORIZED_ASKER.id()),
            (Code::MissingPermission, rule::CAN_ASKER.id()),
            (Code::AccountRevoked, rule::ASK_STANDING.id()),
            (Code::ClockBehind, rule::ASK_CLOCK.id()),
            (Code::Undecidable, doorward_shell::HOST_RULE),
            (Code::Unavailable, ""),
        ] {
            assert_eq!(answer(answered(code, rule)).map_err(|refusal| refusal.code()), Err(code));
        }
    }
}
