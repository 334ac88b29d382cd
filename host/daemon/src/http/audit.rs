//! `/v1/audit`: the history, for whoever may read it.

use axum::Json;
use axum::extract::State;
use doorward_core::Code;
use doorward_core::view::{Cursor, DecisionItem, DecisionList, PageQuery};
use doorward_core::wire::Paging;
use doorward_shell::Recorded;

use super::door::Door;
use super::incoming::{Incoming, Query};
use super::problem::Refusal;

/// `GET /v1/audit`, the newest decision first.
pub(crate) async fn list(
    State(door): State<Door>,
    Query(query): Query<PageQuery>,
    incoming: Incoming,
) -> Result<Json<DecisionList>, Refusal> {
    let Paging { after, limit } = query.try_into()?;
    let before = if after.is_empty() { u64::MAX } else { after.parse().map_err(|_| Code::Malformed)? };
    let Incoming { asker, attached, .. } = incoming;
    let found = door.shell.history(asker, attached, before, usize::from(limit)).await;
    let (recorded, more) = found.map_err(|answered| Refusal::from_answer(&answered))?;
    let next = recorded.last().filter(|_| more).map(|last| Cursor(last.sequence.to_string()).into());
    Ok(Json(DecisionList { items: recorded.into_iter().map(item).collect(), next }))
}

fn item(recorded: Recorded) -> DecisionItem {
    let Recorded { sequence, decision, record, asked, events: _ } = recorded;
    DecisionItem::new(sequence, decision, record, asked.as_ref().map(|(verb, request)| (*verb, request)))
}
