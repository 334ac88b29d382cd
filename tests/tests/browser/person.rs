//! Somebody at the console: comes with keys of their own, presses keys, prints.

use crate::chromium::{Browser, Driver};
use base64ct::{Base64, Encoding};
use doorward_client::{Identity, Invitation, Session, Sharing};
use doorward_tests::{Daemon, Oops};
use serde_json::{Value, json};

/// Somebody with an account, in a browser that has the keys, and beside it a client with the same keys.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) session: Session,
    /// The keys as a backup holds them.
    pub(crate) keys: String,
}

impl Person {
    /// Comes in by the daemon's first link, and opens the console.
    pub(crate) async fn owner(driver: &Driver, daemon: &Daemon) -> Result<Self, Oops> {
        Self::come_in(driver, daemon, &daemon.owner_link()?, "Ada").await
    }

    /// Comes in by a link, and opens the console.
    pub(crate) async fn come_in(driver: &Driver, daemon: &Daemon, link: &str, handle: &str) -> Result<Self, Oops> {
        let client = daemon.client().await?;
        let invitation = Invitation::read(link).map_err(|code| code.name())?;
        let identity = client.new_identity(handle)?;
        let preview = client.preview(&invitation, None).await?;
        client.redeem(&invitation, &preview.invite, handle, &identity.keys).await?;
        let keys = Identity { handle: handle.into(), ..identity }.to_json();
        let browser = driver.browser(handle).await?;
        browser.open(&format!("{}/admin", daemon.public_url)).await?;
        browser.see("Your keys are not on this device").await?;
        let restored = "const [keys, done] = arguments;
            import('/assets/shared/keystore.js').then((store) => store.restore(keys)).then(() => done('there'), (error) => done(String(error)));";
        assert_eq!(browser.run_async(restored, &keys).await?, "there");
        let session = client.sign_in(Identity::from_json(&keys)?, Sharing::Refused)?;
        let person = Self { browser, session, keys: keys.to_string() };
        person.go(daemon, "").await?;
        Ok(person)
    }

    /// Opens a section of the console.
    pub(crate) async fn go(&self, daemon: &Daemon, section: &str) -> Result<(), Oops> {
        self.browser.open(&format!("{}/admin/{section}", daemon.public_url)).await
    }

    /// What a script of the page gives.
    pub(crate) async fn script(&self, body: &str) -> Result<Value, Oops> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {body} }})().then((value) => done(JSON.stringify(value ?? null)), (error) => done(JSON.stringify(String(error))));"
        );
        Ok(serde_json::from_str(&self.browser.run_async(&script, "").await?)?)
    }

    /// Waits until a script of the page gives something true.
    pub(crate) async fn until(&self, condition: &str) -> Result<(), Oops> {
        let start = std::time::Instant::now();
        while self.script(&format!("return !!({condition});")).await? != true {
            if start.elapsed().as_secs() > 20 {
                return Err(format!("never: {condition}; the page says:\n{}", self.browser.text().await?).into());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn key(&self, key: &str) -> Result<(), Oops> {
        let text = if key == "Enter" { "\r" } else { Some(key).filter(|key| key.chars().count() == 1).unwrap_or("") };
        let codes = [("Enter", 13), ("Escape", 27), ("End", 35), ("Home", 36), ("ArrowUp", 38), ("ArrowDown", 40)];
        let code = codes.iter().find(|(name, _)| *name == key).map_or(0, |(_, code)| *code);
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({ "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code });
            self.browser.devtools("Input.dispatchKeyEvent", &event).await?;
        }
        Ok(())
    }

    /// What would be printed: its words, and on how many pages.
    pub(crate) async fn printed(&self) -> Result<(String, usize), Oops> {
        self.browser.devtools("Emulation.setEmulatedMedia", &json!({ "media": "print" })).await?;
        let words = self.script("return document.body.innerText;").await?;
        self.browser.devtools("Emulation.setEmulatedMedia", &json!({ "media": "" })).await?;
        let paper = json!({ "preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69 });
        let printed = self.browser.devtools("Page.printToPDF", &paper).await?;
        let pdf = Base64::decode_vec(printed["data"].as_str().ok_or("no pages")?).map_err(|error| error.to_string())?;
        let pages = memchr::memmem::find_iter(&pdf, b"/Type /Page\n").count();
        Ok((words.as_str().unwrap_or_default().to_owned(), pages))
    }
}
