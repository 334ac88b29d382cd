//! Chromium behind its WebDriver, one profile a person.

use doorward_tests::{Connection, Oops};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything on a page may take. Sealing a backup is slow on purpose.
const PATIENCE: Duration = Duration::from_secs(20);

/// The parts of a page that did not come, with what came instead.
const LOST: &str = "return performance.getEntriesByType('resource')
    .filter((part) => part.responseStatus !== 200 && part.responseStatus !== 304)
    .map((part) => `${part.name} ${part.responseStatus} after ${part.duration} ms`);";

/// A WebDriver of our own; ended with every browser it started when dropped.
pub(crate) struct Driver {
    child: Child,
    address: SocketAddr,
    profiles: tempfile::TempDir,
}

impl Driver {
    /// Starts it, or says that browser tests are left out.
    pub(crate) fn start() -> Result<Option<Self>, Oops> {
        if std::env::var_os("DOORWARD_TEST_NO_BROWSER").is_some() {
            eprintln!("DOORWARD_TEST_NO_BROWSER is set: left out");
            return Ok(None);
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("chromedriver: {error}; `cargo xtask test` installs it"))?;
        let driver = Self { child, address: (Ipv4Addr::LOCALHOST, port).into(), profiles: tempfile::tempdir()? };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if start.elapsed() > PATIENCE {
                return Err("chromedriver does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Some(driver))
    }

    /// A browser with a fresh profile.
    pub(crate) async fn browser(&self, name: &str) -> Result<Browser, Oops> {
        self.browser_for(name, "en-US", &[], &[]).await
    }

    /// The same for a reader of this language, with further arguments and preferences.
    pub(crate) async fn browser_for(
        &self,
        name: &str,
        language: &str,
        args: &[&str],
        prefs: &[(&str, Value)],
    ) -> Result<Browser, Oops> {
        let profile = self.profiles.path().join(name);
        let downloads = profile.join("downloads");
        std::fs::create_dir_all(&downloads)?;
        let mut options = json!({
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1100,1000", format!("--lang={language}"),
                format!("--user-data-dir={}", profile.display()),
            ],
            "prefs": {
                "download.default_directory": downloads, "download.prompt_for_download": false,
                "intl.accept_languages": language, "profile.default_content_setting_values.automatic_downloads": 1,
            },
        });
        options["args"].as_array_mut().ok_or("arguments")?.extend(args.iter().map(|arg| json!(arg)));
        for (name, value) in prefs {
            options["prefs"][name] = value.clone();
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".into(), options);
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://{}", self.address))
            .await?;
        Ok(Browser { client, driver: self.address, downloads })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Killing it would leave its browsers behind, so it is asked to end them and itself.
        let goodbye = format!("GET /shutdown HTTP/1.1\r\nhost: {}\r\n\r\n", self.address);
        let asked = Connection::open(self.address).and_then(|mut driver| driver.send(goodbye.as_bytes()));
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// One person's browser.
pub(crate) struct Browser {
    client: Client,
    driver: SocketAddr,
    downloads: PathBuf,
}

impl Browser {
    pub(crate) async fn open(&self, url: &str) -> Result<(), Oops> {
        // A change of fragment alone would not load the page anew.
        self.client.goto("about:blank").await?;
        Ok(self.client.goto(url).await?)
    }

    pub(crate) async fn url(&self) -> Result<String, Oops> {
        Ok(self.client.current_url().await?.to_string())
    }

    /// Ends it.
    #[allow(dead_code, reason = "the figures open one after the other")]
    pub(crate) async fn close(self) -> Result<(), Oops> {
        Ok(self.client.close().await?)
    }

    /// What is to be read on the page.
    pub(crate) async fn text(&self) -> Result<String, Oops> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// Waits until this text is on the page.
    pub(crate) async fn see(&self, text: &str) -> Result<(), Oops> {
        let start = Instant::now();
        loop {
            // A page that is just being left has no text.
            let body = self.text().await.unwrap_or_default();
            if body.contains(text) {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                self.shot("not-seen").await?;
                let lost = self.run(LOST).await?;
                return Err(format!("{text:?} is not to be seen on the page, which says:\n{body}\nnot loaded: {lost}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until something on the page is what this selector describes.
    pub(crate) async fn find(&self, selector: &str) -> Result<(), Oops> {
        self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await?;
        Ok(())
    }

    /// Presses the visible button, link or summary with this text.
    pub(crate) async fn press(&self, text: &str) -> Result<(), Oops> {
        let path = format!("//*[self::button or self::a or self::summary][normalize-space()={text:?}]");
        self.click(Locator::XPath(&path), text).await
    }

    /// Presses the button or summary whose label for a screen reader begins so.
    pub(crate) async fn press_labelled(&self, label: &str) -> Result<(), Oops> {
        self.click(Locator::Css(&format!(":is(button, summary)[aria-label^={label:?}]")), label).await
    }

    /// Presses a button of the open dialog.
    pub(crate) async fn press_in_dialog(&self, text: &str) -> Result<(), Oops> {
        let path = format!("//dialog//button[normalize-space()={text:?}]");
        self.click(Locator::XPath(&path), text).await
    }

    async fn click(&self, locator: Locator<'_>, what: &str) -> Result<(), Oops> {
        let start = Instant::now();
        loop {
            for element in self.client.find_all(locator).await? {
                if element.is_displayed().await.unwrap_or(false) && element.click().await.is_ok() {
                    return Ok(());
                }
            }
            if start.elapsed() > PATIENCE {
                self.shot("not-pressed").await?;
                return Err(format!("there is no {what:?} to press").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types into a field, after emptying it.
    pub(crate) async fn fill(&self, selector: &str, text: &str) -> Result<(), Oops> {
        let field = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await?;
        if field.attr("type").await?.as_deref() != Some("file") {
            field.clear().await?;
        }
        Ok(field.send_keys(text).await?)
    }

    pub(crate) async fn all(&self, selector: &str) -> Result<Vec<Element>, Oops> {
        Ok(self.client.find_all(Locator::Css(selector)).await?)
    }

    /// Waits for an element whose text begins so, and gives the text.
    pub(crate) async fn text_starting_with(&self, selector: &str, start: &str) -> Result<String, Oops> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            for element in self.all(selector).await? {
                let text = element.text().await.unwrap_or_default();
                if text.starts_with(start) {
                    return Ok(text);
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("no {selector} says {start}…").into())
    }

    /// Waits for a finished download whose name ends so.
    pub(crate) async fn downloaded(&self, ending: &str) -> Result<PathBuf, Oops> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            for entry in std::fs::read_dir(&self.downloads)? {
                let path = entry?.path();
                if path.to_string_lossy().ends_with(ending) {
                    return Ok(path);
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("nothing was downloaded into {}", self.downloads.display()).into())
    }

    /// Runs a script that ends by calling its last argument with a text.
    pub(crate) async fn run_async(&self, script: &str, argument: &str) -> Result<String, Oops> {
        let value = self.client.execute_async(script, vec![json!(argument)]).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Keeps what is to be seen.
    pub(crate) async fn shot(&self, name: &str) -> Result<(), Oops> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder)?;
        Ok(std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await?)?)
    }

    /// Runs a script in the page, and gives what it returns.
    pub(crate) async fn run(&self, script: &str) -> Result<Value, Oops> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// A command that WebDriver has no word for, in Chromium's own protocol.
    pub(crate) async fn devtools(&self, command: &str, params: &Value) -> Result<Value, Oops> {
        let session = self.client.session_id().await?.ok_or("no session")?;
        let (driver, body) = (self.driver, json!({ "cmd": command, "params": params }).to_string());
        // The driver answers only who calls it by its own name.
        let head = format!(
            "POST /session/{session}/goog/cdp/execute HTTP/1.1\r\nhost: {driver}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let answer = tokio::task::spawn_blocking(move || Connection::open(driver)?.send((head + &body).as_bytes())).await??;
        let told = answer.json();
        if answer.status == 200 { Ok(told["value"].clone()) } else { Err(format!("{command}: {told}").into()) }
    }
}
