//! What the invite page weighs on its way to a browser, as that browser counts it.

use crate::chromium::Browser;
use doorward_tests::Oops;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Tells when the button with the verdict *come in* is painted, in milliseconds after the navigation began.
const WATCH: &str = "new MutationObserver((_, observer) => {
    if (![...document.querySelectorAll('button')].some((button) => button.textContent === 'Accept the invitation')) return;
    observer.disconnect();
    window.verdictDrawn = performance.now();
    requestAnimationFrame(() => setTimeout(() => { window.verdictShown = performance.now(); }));
}).observe(document, { childList: true, subtree: true, characterData: true });";

/// The files of the page, each once: path, bytes as they came, bytes unpacked, and whether it was asked for before the
/// verdict was drawn. Icons may be asked for twice.
const LOADED: &str = "const files = performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
        .map((file) => [new URL(file.name).pathname, file.encodedBodySize, file.decodedBodySize, file.startTime < window.verdictDrawn])
        .filter(([path]) => /^\\/(i$|assets\\/)/.test(path));
    return [...new Map(files.reverse().map((file) => [file[0], file])).values()];";

/// How long a page may take before this gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// One file that was loaded.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its path.
    pub(crate) path: String,
    /// Bytes as they came.
    pub(crate) bytes: u64,
    /// Bytes unpacked.
    pub(crate) unpacked: u64,
    /// Whether the verdict waited for it; otherwise it is for what follows a yes.
    pub(crate) before: bool,
}

/// Opens a link in a browser that has seen nothing yet, and gives milliseconds until the verdict was shown.
pub(crate) async fn verdict_shown(browser: &Browser, link: &str) -> Result<f64, Oops> {
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": WATCH })).await?;
    browser.open(link).await?;
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(shown) = browser.run("return window.verdictShown ?? null").await?.as_f64() {
            return Ok(shown);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("no verdict was shown; the page says:\n{}", browser.text().await?).into())
}

/// What was loaded, once everything that the page fetches while nobody does anything has come.
pub(crate) async fn loaded(browser: &Browser) -> Result<Vec<Loaded>, Oops> {
    let start = Instant::now();
    loop {
        let Value::Array(files) = browser.run(LOADED).await? else { return Err("no list of files".into()) };
        let read = |file: &Value| {
            let path = file[0].as_str()?.to_owned();
            Some(Loaded { path, bytes: file[1].as_u64()?, unpacked: file[2].as_u64()?, before: file[3] == true })
        };
        let files: Vec<Loaded> = files.iter().map(read).collect::<Option<_>>().ok_or("a file without a size")?;
        if files.iter().any(|file| file.path == "/assets/keep_bg.wasm" && file.bytes > 0) {
            return Ok(files);
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("what seals backups was not fetched: {files:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Bytes until the verdict, and what the backup step adds to them.
pub(crate) fn weigh(files: &[Loaded]) -> (u64, u64) {
    let sum = |before| files.iter().filter(|file| file.before == before).map(|file| file.bytes).sum();
    (sum(true), sum(false))
}
