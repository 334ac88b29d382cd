//! Handing invites on in the console: one in every way there is, many at once, and the same link again later.

use crate::chromium::Driver;
use crate::person::Person;
use doorward_client::{Invitation, MintOptions, Until};
use doorward_core::SpaceId;
use doorward_core::role::Role;
use doorward_core::wire::InviteFilter;
use doorward_tests::{Daemon, Oops};

/// Makes an invite in the open form and gives its link.
async fn make(person: &Person, daemon: &Daemon, greeting: &str) -> Result<Invitation, Oops> {
    person.browser.press("Invite someone").await?;
    person.browser.fill("dialog textarea", greeting).await?;
    person.browser.press("Make the link").await?;
    let link = person.browser.text_starting_with("dialog output", &format!("{}/i#", daemon.public_url)).await?;
    Invitation::read(&link).map_err(|code| code.name().into())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_is_handed_on_in_every_way_and_again_later() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    ada.browser.see("First steps").await?;
    ada.browser.looks("console/first").await?;
    let invitation = make(&ada, &daemon, "Welcome to the reading circle").await?;
    let link = invitation.link().ok_or("no link")?;

    let shown = ada.browser.text().await?;
    assert!(shown.contains(&invitation.typed_code()), "{shown}");
    assert!(shown.contains(&format!("doorward redeem '{link}' --handle NAME")), "{shown}");
    let (words, pages) = ada.printed().await?;
    assert_eq!(pages, 1, "{words}");
    for part in ["You are invited to Doorward", "by Ada", "Welcome to the reading circle", &invitation.typed_code(), "Good until"]
    {
        assert!(words.contains(part), "{part:?} is not on the sheet:\n{words}");
    }
    for part in ["Invites", "Copy", "First steps", "doorward redeem"] {
        assert!(!words.contains(part), "{part:?} is on the sheet:\n{words}");
    }
    assert_eq!(ada.script("return document.querySelectorAll('.paper svg.qr').length;").await?, 1);
    ada.browser.looks("console/share").await?;
    ada.browser.press("Done").await?;

    // Again later: from the keys alone, in a page that has forgotten the token.
    ada.go(&daemon, "invites").await?;
    ada.browser.press_labelled("Show link").await?;
    assert_eq!(ada.browser.text_starting_with("dialog output", &format!("{}/i#", daemon.public_url)).await?, link);
    ada.browser.press("Done").await?;

    // A server that shows another invite of the same person in its place is found out.
    let other = Daemon::invite(&ada.session, 1).await?;
    ada.script(&format!(
        "const ask = window.fetch;
         window.fetch = (path, request) => ask(path, request).then(async (answer) => {{
           if (!String(path).startsWith('/v1/invites/{}')) return answer;
           const [mine, its] = [await answer.json(), window.its];
           return new Response(JSON.stringify({{ ...mine, claims: its.claims, issuer_signature: its.issuer_signature, invite_signature: its.invite_signature }}));
         }});
         const session = await import('/assets/admin/session.js');
         window.its = await session.ask('GET', '/v1/invites/{}?limit=1');",
        invitation.id(),
        other.id()
    ))
    .await?;
    ada.script("[...document.querySelectorAll('.rows > li')].find((row) => row.innerText.includes('Welcome')).querySelector('button').click();").await?;
    ada.browser.see("This invite does not match its own signatures.").await?;
    assert!(!ada.browser.text().await?.contains("/i#"), "nothing of it is shown");

    // Another person's link is nobody else's to show, and the page says why.
    let admin = MintOptions { role: Role::Admin, max_uses: 1, until: Until::In(86_400), ..MintOptions::default() };
    let admin = ada.session.mint(&admin).await?.invitation.link().ok_or("no link")?;
    let bea = Person::come_in(&driver, &daemon, &admin, "Bea").await?;
    bea.browser.see("Welcome to the reading circle").await?;
    assert!(!bea.browser.text().await?.contains("First steps"), "they are the owner's");
    bea.script("[...document.querySelectorAll('.rows > li')].find((row) => row.innerText.includes('Welcome')).querySelector('button').click();").await?;
    bea.browser.see("This link cannot be shown here").await?;
    bea.browser.see("can show it again, on a device with those keys").await?;
    bea.browser.looks("console/share-elsewhere").await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_invites_are_made_listed_printed_and_saved() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    ada.browser.press("Invite someone").await?;
    ada.browser.press("Many links").await?;
    let too_long = "x".repeat(130);
    ada.browser.fill("dialog textarea[spellcheck]", &format!("Lovelace, Ada\n{too_long}\nBen \"Big\" Bond\n\nCyd\n")).await?;
    ada.browser.looks("console/many").await?;
    ada.browser.press("Make the links").await?;
    ada.browser.see("3 invites are ready").await?;
    ada.browser.see("One is not made yet").await?;
    ada.browser.see("This text cannot be used.").await?;
    ada.browser.looks("console/many-made").await?;

    ada.browser.press("Save as CSV").await?;
    let saved = std::fs::read_to_string(ada.browser.downloaded(".csv").await?)?;
    let (client, mut lines) = (daemon.client().await?, saved.lines());
    assert_eq!(lines.next(), Some("label,link"));
    for label in ["\"Lovelace, Ada\"", "\"Ben \"\"Big\"\" Bond\"", "Cyd"] {
        let line = lines.next().ok_or("a line is missing")?;
        let link = line.strip_prefix(label).and_then(|rest| rest.strip_prefix(',')).ok_or_else(|| line.to_owned())?;
        let invitation = Invitation::read(link).map_err(|code| code.name())?;
        assert_eq!(client.preview(&invitation, None).await?.verdict.code.name(), "allowed", "{label}");
    }
    assert_eq!(lines.next(), None);

    ada.browser.press("Print cards").await?;
    ada.until("document.querySelectorAll('.paper .card').length === 3 && !document.querySelector('[aria-busy=true]')").await?;
    let (words, pages) = ada.printed().await?;
    assert_eq!(pages, 1);
    for label in ["Lovelace, Ada", "Ben \"Big\" Bond", "Cyd"] {
        assert!(words.contains(label), "{label}:\n{words}");
    }
    assert!(!words.contains("Save as CSV") && !words.contains("xxx"), "{words}");
    ada.browser.press("Done").await?;
    ada.browser.see("Ben \"Big\" Bond").await?;
    ada.until("!document.querySelector('.paper')").await
}

/// How many invites are live.
async fn live(person: &Person) -> Result<usize, Oops> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = person.session.invites(&SpaceId::SERVER, InviteFilter::Live, after.as_ref(), Some(1_000)).await?;
        count += page.items.len();
        after = page.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_cut_off_goes_on_and_makes_nothing_twice() -> Result<(), Oops> {
    const MANY: usize = 400;
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let mut daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    ada.browser.press("Invite someone").await?;
    ada.browser.press("Many links").await?;
    ada.browser.fill("dialog input[type=number]", &MANY.to_string()).await?;
    ada.browser.press("Make the links").await?;
    ada.until("Number(document.querySelector('dialog progress')?.value) > 20").await?;
    daemon.kill()?;
    ada.browser.see("Go on with the rest").await?;
    ada.browser.see("it is not certain whether this was done").await?;
    daemon.restart()?;
    ada.browser.press("Go on with the rest").await?;
    ada.browser.see(&format!("{MANY} invites are ready")).await?;
    assert_eq!(live(&ada).await?, MANY);

    // Stopped by hand: what was made is there, and no more comes.
    ada.browser.press("Done").await?;
    ada.browser.press("Invite someone").await?;
    ada.browser.press("Many links").await?;
    ada.browser.fill("dialog input[type=number]", &MANY.to_string()).await?;
    ada.browser.press("Make the links").await?;
    ada.until("Number(document.querySelector('dialog progress')?.value) > 5").await?;
    ada.key("Escape").await?;
    ada.browser.press("Stop here").await?;
    ada.browser.see("are not made yet").await?;
    let ready = ada.script("return document.querySelectorAll('.made .chip.good').length;").await?;
    assert_eq!(ready.as_u64(), Some((live(&ada).await? - MANY) as u64));
    assert!((6..MANY as u64).contains(&ready.as_u64().unwrap_or_default()), "{ready}");
    Ok(())
}
