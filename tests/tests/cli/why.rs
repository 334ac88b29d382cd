//! Why somebody may, or may not, and what was decided.

use super::world::World;
use doorward_tests::Oops;

#[test]
fn the_verdict_its_rule_and_what_it_looked_at() -> Result<(), Oops> {
    let world = World::new()?;
    let (ada, cyd) = (world.person("ada"), world.person("cyd"));
    let yes = ada.done(&["why", "Ada", "manage-accounts"])?;
    for line in ["may register, revoke, restore and delete accounts.", "can.yes: The role allows it.", "  role        owner"] {
        assert!(yes.contains(line), "{yes}");
    }
    let (no, said) = ada.ended(2, &["why", "Cyd", "manage-accounts"])?;
    for line in ["No: Cyd (", "missing-permission: ", "can.permission: ", "  role        member", "  standing    active"] {
        assert!(no.contains(line), "{no}");
    }
    assert_eq!(said, "", "a no is an answer, not an error");
    let (no, _) = ada.ended(2, &["why", &world.words("{gus}")[0], "read"])?;
    assert!(no.contains("account-revoked") && no.contains("  standing    revoked"), "{no}");

    // About oneself everybody may ask; about others it is the asker who is refused.
    assert!(cyd.done(&["why", "Cyd", "send"])?.starts_with("Yes: Cyd ("));
    let (_, said) = cyd.ended(2, &["why", "Ada", "send"])?;
    assert!(said.starts_with("doorward: missing-permission"), "{said}");

    // A key that nobody has is a question too.
    let (no, _) = ada.ended(2, &["why", &"ab".repeat(32), "read"])?;
    assert!(no.starts_with("No: abab-abab may not") && no.contains("no account"), "{no}");
    let (_, said) = ada.ended(2, &["why", "Ada", "read", "--space", &"ab".repeat(16)])?;
    assert_eq!(said, "");
    Ok(())
}

#[test]
fn a_handle_is_good_to_look_and_not_to_act() -> Result<(), Oops> {
    let world = World::new()?;
    let ada = world.person("ada");
    let cyd = &world.words("{cyd}")[0];
    let (fingerprint, beginning) = (format!("{}-{}", &cyd[..4], &cyd[4..8]), &cyd[..20]);
    for name in ["Cyd", &fingerprint, beginning, cyd] {
        assert_eq!(ada.json(&["account", "show", name])?["key"], cyd.as_str(), "{name}");
    }
    for verb in ["revoke", "restore"] {
        let (_, said) = ada.ended(1, &["account", verb, "Cyd"])?;
        assert!(said.contains("anybody can call themselves anything") && said.contains(&fingerprint), "{said}");
    }
    super::Person::joined(&world.daemon.public_url, &world.words("{many_link}")[0], "Cyd")?;
    let (_, said) = ada.ended(1, &["why", "Cyd", "read"])?;
    assert!(said.contains("more than one is meant: Cyd (") && said.contains(&fingerprint), "{said}");
    Ok(())
}

#[test]
fn the_history_names_people_and_rules() -> Result<(), Oops> {
    let world = World::new()?;
    let ada = world.person("ada");
    let all = ada.done(&["audit", "--limit", "1000"])?;
    let row = |parts: &[&str]| all.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(all.starts_with("WHEN"), "{all}");
    assert!(row(&["revoke Gus (", "  Ada (", "allowed", "revoke.done"]), "{all}");
    assert!(row(&["redeem ", "  Cyd (", "allowed", "redeem.10"]), "{all}");
    assert!(row(&["the operator", "init.done"]), "{all}");
    let newest = ada.json(&["audit", "--limit", "1"])?;
    assert_eq!(newest.as_array().map(Vec::len), Some(1), "{newest}");
    assert_eq!((&newest[0]["rule"], newest[0]["asked"]["verb"].is_string()), (&"revoke.done".into(), true), "{newest}");
    Ok(())
}
