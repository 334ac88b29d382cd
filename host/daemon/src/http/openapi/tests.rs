use std::collections::BTreeSet;

use super::*;

fn described(side: Side) -> BTreeSet<(String, String)> {
    let document = document(side, "https://door.example");
    let paths = document["paths"].as_object().expect("paths").clone();
    let methods = |(path, methods): (String, Value)| {
        let methods: Vec<String> = methods.as_object().expect("methods").keys().cloned().collect();
        methods.into_iter().map(move |method| (method.to_uppercase(), path.clone()))
    };
    paths.into_iter().flat_map(methods).collect()
}

/// That each of them is served is asked of a running server, in `tests/tests/api.rs`.
#[test]
fn every_operation_is_described_under_a_name_of_its_own() {
    let operations = table::operations();
    let ids: BTreeSet<&str> = operations.iter().map(|operation| operation.id).collect();
    assert_eq!(ids.len(), operations.len());
    assert!(operations.iter().all(|operation| !operation.id.is_empty() && !operation.title.is_empty()));
    for side in [Side::Public, Side::Service] {
        let there = operations.iter().filter(|operation| operation.is_on(side));
        let there: BTreeSet<_> = there.map(|operation| (operation.method.to_owned(), operation.path.to_owned())).collect();
        assert_eq!(described(side), there);
    }
    assert!(described(Side::Service).len() < described(Side::Public).len());
}

#[test]
fn every_code_of_the_core_is_a_problem_type() {
    let listed = problems();
    assert_eq!(listed.len(), Code::ALL.len() - 1);
    assert!(listed.contains(
        &json!({ "type": "/problems/used-up", "code": "used-up", "title": "Every use of the invite is gone.", "status": 410 })
    ));
}

/// Everything referred to is there, and everything there is referred to.
#[test]
fn schemas_are_whole() {
    let document = document(Side::Public, "https://door.example");
    let text = document.to_string();
    let referred: BTreeSet<&str> =
        text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let defined: BTreeSet<&str> =
        document["components"]["schemas"].as_object().expect("schemas").keys().map(String::as_str).collect();
    assert_eq!(referred, defined);
    assert!(!text.contains("crate::") && !text.contains("[`"), "Rust's own words stay here");
}

#[test]
fn requests_are_strict_and_answers_are_whole() {
    let document = document(Side::Public, "https://door.example");
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["MintBody"]["additionalProperties"], false);
    assert_eq!(schemas["MintBody"]["required"], json!(["claims", "issuer_signature", "invite_signature"]));
    assert_eq!(schemas["InviteList"]["required"], json!(["items", "next"]));
    assert_eq!(schemas["Role"]["enum"], json!(["member", "admin", "owner"]));
    let limit = &document["paths"]["/v1/accounts"]["get"]["parameters"][1];
    assert_eq!(
        (&limit["name"], &limit["schema"]["maximum"], &limit["schema"]["type"]),
        (&json!("limit"), &json!(1_000), &json!("integer"))
    );
    let redeem = &document["paths"]["/v1/invites/{id}/redeem"]["post"]["responses"];
    for (status, code) in
        [("410", "used-up"), ("429", "rate-limited"), ("403", "banned"), ("404", "not-found"), ("409", "used-by-you")]
    {
        let codes = &redeem[status]["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"]["enum"];
        assert!(codes.as_array().expect("codes").contains(&json!(code)), "{status}: {codes}");
    }
}
