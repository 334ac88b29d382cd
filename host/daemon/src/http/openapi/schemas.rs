//! Schemas by name, collected while operations are described.

use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};

use crate::http::operation::SchemaOf;

const BELOW: &str = "#/components/schemas/";

/// What is read and what is written are described apart: a field that may be left out of a request may yet be in every
/// answer.
pub(super) struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let generator = |contract| {
            SchemaSettings::draft2020_12()
                .with(|settings| {
                    settings.definitions_path = "/components/schemas".into();
                    settings.meta_schema = None;
                    settings.contract = contract;
                })
                .into_generator()
        };
        Self { requests: generator(Contract::Deserialize), answers: generator(Contract::Serialize) }
    }

    pub(super) fn of_request(&mut self, schema: SchemaOf) -> Value {
        schema(&mut self.requests).to_value()
    }

    pub(super) fn of_answer(&mut self, schema: SchemaOf) -> Value {
        schema(&mut self.answers).to_value()
    }

    /// Whether a request's schema leads to one of this name.
    pub(super) fn leads_to(&self, schema: &Value, name: &str) -> bool {
        match schema {
            Value::Object(fields) => {
                fields.iter().any(|(field, value)| match value.as_str().and_then(|to| to.strip_prefix(BELOW)) {
                    Some(found) if field == "$ref" => {
                        found == name || self.requests.definitions().get(found).is_some_and(|schema| self.leads_to(schema, name))
                    }
                    Some(_) | None => self.leads_to(value, name),
                })
            }
            Value::Array(items) => items.iter().any(|item| self.leads_to(item, name)),
            _ => false,
        }
    }

    pub(super) fn into_definitions(mut self) -> Map<String, Value> {
        let mut all = self.requests.take_definitions(true);
        for (name, schema) in self.answers.take_definitions(true) {
            let before = all.insert(name.clone(), schema.clone());
            debug_assert!(before.is_none_or(|before| before == schema), "{name} is read otherwise than it is written");
        }
        all
    }
}

/// Takes the marks of Rust's documentation out of all descriptions: its links mean nothing to others.
pub(super) fn in_plain_words(document: &mut Value) {
    match document {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "description" => *text = without_links(text),
                    _ => in_plain_words(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_plain_words),
        _ => {}
    }
}

fn without_links(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, behind)) = after.split_once("`]") else { break };
        let behind = behind.strip_prefix('(').and_then(|to| to.split_once(')')).map_or(behind, |(_, behind)| behind);
        plain.extend([before, "`", name, "`"]);
        rest = behind;
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_names() {
        for (from, to) in [
            ("Of [`Preview`](crate::x::Preview) by the key.", "Of `Preview` by the key."),
            ("1–[`MAX`] of them", "1–`MAX` of them"),
            ("[`a`] and [`b`](c)", "`a` and `b`"),
            ("[`open", "[`open"),
            ("none (at all)", "none (at all)"),
        ] {
            assert_eq!(without_links(from), to);
        }
    }
}
