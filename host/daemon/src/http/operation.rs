//! One operation of the API: where it is, who answers it, and what its handler's own signature says about it. The router
//! and the description of the API are made from the same operations, so neither can have one that the other lacks, and
//! no type is named twice.

use std::future::Future;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use doorward_core::view::{Described, Spelt};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::door::{Door, Side};
use super::incoming::{Body, Incoming, Query};
use super::limits::Origin;
use super::problem::Refusal;

/// Makes the schema of a type, by reference where it has a name.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of a type itself.
fn schema_of<T: JsonSchema>() -> SchemaOf {
    |generator| generator.subschema_for::<T>()
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Anyone, without saying who he is.
    Anyone,
    /// Whoever holds an invite, as the body proves.
    Holder,
    /// An account, by signing.
    Account,
    /// Whoever holds a key, by signing, whether it has an account or not.
    Newcomer,
    /// An account, by signing; on the service listener anyone.
    Service,
}

/// What is asked of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Nothing.
    Nothing,
    /// This verb, which only looks.
    Reads(&'static str),
    /// This verb, whose *no* is an answer too; only a *no* to the asker is a problem.
    Question(&'static str),
    /// This verb, which may change something.
    Writes(&'static str),
    /// One of these verbs, as the body says; each may change something.
    WritesOneOf(&'static [&'static str]),
}

impl Asks {
    /// Every verb that may be asked.
    pub(crate) fn verbs(&self) -> &[&'static str] {
        match self {
            Asks::Nothing => &[],
            Asks::Reads(verb) | Asks::Question(verb) | Asks::Writes(verb) => std::slice::from_ref(verb),
            Asks::WritesOneOf(verbs) => verbs,
        }
    }
}

/// One method of one path.
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) route: MethodRouter<Door>,
    pub(crate) facts: Facts,
    /// Its stable name.
    pub(crate) id: &'static str,
    pub(crate) who: Who,
    pub(crate) asks: Asks,
    /// One line.
    pub(crate) title: &'static str,
    /// What one should know besides.
    pub(crate) text: &'static str,
    /// Whether services are answered it as well.
    pub(crate) for_services: bool,
}

impl Operation {
    fn new(method: &'static str, path: &'static str, route: MethodRouter<Door>, facts: Facts) -> Self {
        let (id, title, text, for_services) = ("", "", "", false);
        Self { method, path, route, facts, id, who: Who::Anyone, asks: Asks::Nothing, title, text, for_services }
    }

    /// What it is called.
    pub(crate) fn named(self, id: &'static str, title: &'static str, text: &'static str) -> Self {
        Self { id, title, text, ..self }
    }

    /// Who may ask, and what the policy is asked.
    pub(crate) fn asks(self, who: Who, asks: Asks) -> Self {
        Self { who, asks, ..self }
    }

    /// It is there for services as well.
    pub(crate) fn for_services(self) -> Self {
        Self { for_services: true, ..self }
    }

    /// Whether it is to be found on this side.
    pub(crate) fn is_on(&self, side: Side) -> bool {
        side == Side::Public || self.for_services
    }
}

macro_rules! methods {
    ($($name:ident = $method:literal),*) => {$(
        /// An operation of this method.
        pub(crate) fn $name<E: 'static, A, H: Handler<E, Door> + Told<A>>(path: &'static str, handler: H) -> Operation {
            Operation::new($method, path, routing::$name(handler), H::told())
        }
    )*};
}
methods!(get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE");

/// What a handler's signature says.
#[derive(Default)]
pub(crate) struct Facts {
    /// The parts of the path that vary, in their order.
    pub(crate) path: Vec<SchemaOf>,
    /// The parameters behind the question mark, as one object.
    pub(crate) query: Option<SchemaOf>,
    /// The body; none may come where there is none.
    pub(crate) body: Option<SchemaOf>,
    /// Whether signatures are read.
    pub(crate) reads_request: bool,
    /// Whether asking too often is refused.
    pub(crate) is_limited: bool,
    /// Whether it can refuse at all.
    pub(crate) refuses: bool,
    /// What it answers otherwise.
    pub(crate) answers: Vec<Given>,
}

/// One answer that is no problem.
pub(crate) struct Given {
    pub(crate) status: StatusCode,
    pub(crate) text: &'static str,
    pub(crate) content_type: &'static str,
    /// None for what is not JSON.
    pub(crate) schema: Option<SchemaOf>,
}

impl Given {
    pub(crate) fn json<T: JsonSchema>(status: StatusCode, text: &'static str) -> Self {
        Self { status, text, content_type: "application/json", schema: Some(schema_of::<T>()) }
    }

    pub(crate) fn text(content_type: &'static str, text: &'static str) -> Self {
        Self { status: StatusCode::OK, text, content_type, schema: None }
    }
}

/// A function whose arguments `A` and result say what it takes and gives.
pub(crate) trait Told<A> {
    fn told() -> Facts;
}

macro_rules! told {
    ($($argument:ident),*) => {
        impl<F, Answer, Result, $($argument),*> Told<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Answer,
            Answer: Future<Output = Result>,
            Result: Gives,
            $($argument: Takes,)*
        {
            fn told() -> Facts {
                let mut facts = Facts::default();
                $($argument::tell(&mut facts);)*
                Result::tell(&mut facts);
                facts
            }
        }
    };
}
told!(A1);
told!(A1, A2);
told!(A1, A2, A3);
told!(A1, A2, A3, A4);

/// An argument of a handler.
pub(crate) trait Takes {
    fn tell(_: &mut Facts) {}
}

impl Takes for State<Door> {}
impl Takes for HeaderMap {}

impl Takes for Extension<Origin> {
    fn tell(facts: &mut Facts) {
        facts.is_limited = true;
    }
}

impl<T: Described> Takes for Path<Spelt<T>> {
    fn tell(facts: &mut Facts) {
        facts.path = vec![schema_of::<Spelt<T>>()];
    }
}

impl<A: Described, B: Described> Takes for Path<(Spelt<A>, Spelt<B>)> {
    fn tell(facts: &mut Facts) {
        facts.path = vec![schema_of::<Spelt<A>>(), schema_of::<Spelt<B>>()];
    }
}

impl<T: JsonSchema> Takes for Query<T> {
    fn tell(facts: &mut Facts) {
        facts.query = Some(|generator| T::json_schema(generator));
    }
}

impl<B: Body> Takes for Incoming<B> {
    fn tell(facts: &mut Facts) {
        facts.reads_request = true;
        facts.body = B::SCHEMA;
    }
}

/// What a handler answers.
pub(crate) trait Gives {
    fn tell(facts: &mut Facts);
}

impl<T: JsonSchema> Gives for Json<T> {
    fn tell(facts: &mut Facts) {
        facts.answers.push(Given::json::<T>(StatusCode::OK, "The answer."));
    }
}

/// Something that was made.
pub(crate) struct Created<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl<T: JsonSchema> Gives for Created<T> {
    fn tell(facts: &mut Facts) {
        facts.answers.push(Given::json::<T>(StatusCode::CREATED, "It is made."));
    }
}

impl<T: Gives> Gives for Result<T, Refusal> {
    fn tell(facts: &mut Facts) {
        T::tell(facts);
        facts.refuses = true;
    }
}
