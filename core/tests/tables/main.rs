//! The decision tables. Each is written down here by hand as data, in rows that do not depend on any order, and kept
//! as text in `core/tests/snapshots/` for people to review. The core is asked in every cell of every cross-product.

#![allow(unreachable_pub, clippy::unwrap_used)] // nothing here is published, and what fails should fail

#[path = "../kit/mod.rs"]
mod kit;

mod accounts;
mod authorize;
mod caller;
mod can;
mod cancel;
mod coverage;
mod describe;
mod directed;
mod faults;
mod gate;
mod init;
mod issuer;
mod join;
mod member_content;
mod member_place;
mod members;
mod mint;
mod mint_claims;
mod network_end;
mod network_entry;
mod network_members;
mod network_powers;
mod network_recovery;
mod networks;
mod preview;
mod reading;
mod recover;
mod redeem;
mod redeem_again;
mod redeem_proofs;
mod register;
mod restore;
mod roles;
mod space;
mod sweep;
mod watch;
mod words;

use kit::table::Table;

/// Every table.
fn all() -> Vec<Table> {
    vec![
        redeem_proofs::table(),
        redeem::table(),
        issuer::table(),
        gate::table(),
        preview::table(),
        init::table(),
        mint_claims::table(),
        mint::table(),
        cancel::table(),
        caller::table(),
        register::table(),
        register::prove_table(),
        accounts::table(),
        members::table(),
        member_place::table(),
        member_content::table(),
        member_content::list_table(),
        space::table(),
        space::show_table(),
        networks::create_table(),
        networks::table(),
        network_end::delete_table(),
        networks::seen_table(),
        network_members::table(),
        network_entry::enter_table(),
        network_entry::leave_table(),
        network_entry::redeem_table(),
        directed::table(),
        directed::answer_table(),
        directed::inbox_table(),
        network_recovery::table(),
        network_powers::offer_table(),
        network_powers::can_table(),
        network_powers::event_table(),
        join::proof_table(),
        join::table(),
        join::leave_table(),
        describe::table(),
        authorize::table(),
        authorize::admin_table(),
        authorize::asker_table(),
        can::table(),
        roles::table(),
        roles::grant_table(),
        reading::account_table(),
        reading::invite_table(),
        restore::begin_table(),
        restore::accept_table(),
        restore::review_table(),
        recover::table(),
        recover::redeem_table(),
        watch::table(),
        watch::begin_table(),
        watch::event_table(),
        sweep::table(),
        faults::table(),
        faults::operator_table(),
    ]
}

/// Compares a table with its reviewed text.
fn reviewed(table: &Table) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(table.name, table.render()));
}
