//! The peer: Cedar on its best documented path, policies and entities parsed beforehand, requests built beforehand.

use crate::people::{Person, Question};
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use doorward_core::role::{Permission, PlaceKind, Role};
use doorward_tests::Oops;
use serde_json::{Value, json};
use std::str::FromStr;

/// Cedar with everything parsed.
pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Cedar {
    /// Parses `cedar/policies.cedar`, and makes the entities of the same people and of the same role table.
    pub(crate) fn new(people: &[Person]) -> Result<Self, Oops> {
        let policies = PolicySet::from_str(include_str!("../cedar/policies.cedar"))?;
        let mut entities: Vec<Value> = people.iter().map(person).collect();
        entities.extend(["owner", "admin", "member"].map(|role| entity("Role", role, json!({}), &[])));
        entities.push(entity("Space", "server", json!({"reviewed": true}), &[]));
        entities.extend(["any", "admins", "members"].map(|group| entity("Action", group, json!({}), &[])));
        entities.push(entity("Action", "enter", json!({}), &[]));
        for permission in Permission::ALL {
            let mut groups = vec![("Action", "any")];
            for (role, group) in [(Role::Admin, "admins"), (Role::Member, "members")] {
                if role.allows(PlaceKind::Server, *permission) {
                    groups.push(("Action", group));
                }
            }
            entities.push(entity("Action", permission.name(), json!({}), &groups));
        }
        let entities = Entities::from_json_value(Value::from(entities), None)?;
        Ok(Self { authorizer: Authorizer::new(), policies, entities })
    }

    /// Builds a question's request.
    pub(crate) fn request(question: &Question) -> Result<Request, Oops> {
        let uid = |kind: &str, id: &str| EntityUid::from_str(&format!("{kind}::\"{id}\"")).map_err(|error| error.to_string());
        let action = question.permission.as_deref().unwrap_or("enter");
        let (user, action, space) = (uid("User", &question.name)?, uid("Action", action)?, uid("Space", "server")?);
        Ok(Request::new(user, action, space, Context::empty(), None)?)
    }

    /// Answers.
    pub(crate) fn allows(&self, request: &Request) -> bool {
        self.authorizer.is_authorized(request, &self.policies, &self.entities).decision() == Decision::Allow
    }
}

fn person(person: &Person) -> Value {
    let Person { name, role, standing, banned, member } = person;
    entity("User", name, json!({"standing": standing, "banned": banned, "member": member}), &[("Role", role)])
}

fn entity(kind: &str, id: &str, attrs: Value, parents: &[(&str, &str)]) -> Value {
    let parents: Vec<Value> = parents.iter().map(|(kind, id)| json!({"type": kind, "id": id})).collect();
    json!({"uid": {"type": kind, "id": id}, "attrs": attrs, "parents": parents})
}
