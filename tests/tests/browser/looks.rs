//! The named states of the pages: a picture of each by day and by night, on a wide screen and on the narrowest, and what
//! must hold there for everyone: nothing sticks out, nothing has jumped, text may be twice as large, and axe-core finds
//! nothing.
//!
//! To add a state: bring a browser to it and say `browser.looks("console/people").await?`. The name is where its pictures
//! are left, `target/screenshots/console/people{,-320}-{light,dark}.png`; look at them.

use crate::chromium::Browser;
use base64ct::{Base64, Encoding};
use doorward_tests::Oops;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

/// How much of the screen may have moved by itself while a state came about (cumulative layout shift, W3C Layout
/// Instability). Up to 0.1 counts as good on the web; what a person does here hangs on pressing the right button.
const MOST_SHIFT: f64 = 0.01;

/// What has moved since the page was loaded or last looked at, and what it was.
const SHIFTED: &str = "const done = arguments[1];
    const shifts = [];
    const add = (list) => shifts.push(...list.getEntries().filter((shift) => !shift.hadRecentInput && shift.startTime >= (window.lookedAt ?? 0)));
    const observer = new PerformanceObserver(add);
    observer.observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => {
        add({ getEntries: () => observer.takeRecords() });
        const what = shifts.flatMap((shift) => shift.sources.map((source) => source.node?.outerHTML?.slice(0, 80) ?? '?'));
        done(JSON.stringify([shifts.reduce((sum, shift) => sum + shift.value, 0), what]));
    }, 30);";

/// All that axe-core knows, its advice included, as lines to read.
const AXE: &str = "const done = arguments[1];
    axe.run(document, { resultTypes: ['violations'], iframes: false }).then(
        ({ violations }) => done(violations.map(({ id, impact, help, nodes }) =>
            `${impact} ${id}: ${help}\\n` + nodes.map((node) => `    ${node.target}\\n    ${node.failureSummary}`).join('\\n')).join('\\n')),
        (error) => done(`axe failed: ${error.stack}`));";

/// A wide screen and the narrowest, and what their pictures are called.
const WIDTHS: [(u32, &str); 2] = [(1_100, ""), (320, "-320")];

/// axe-core, at the version that `cargo xtask test` pins.
static SOURCE: LazyLock<Result<String, String>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/npm/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).map_err(|error| format!("axe-core: {error}; `cargo xtask test` fetches it"))
});

impl Browser {
    /// Looks at what is shown now, under a name that no other state has.
    pub(crate) async fn looks(&self, name: &str) -> Result<(), Oops> {
        static NAMES: Mutex<Option<HashSet<String>>> = Mutex::new(None);
        let fresh = NAMES.lock().map_err(|_| "poisoned")?.get_or_insert_default().insert(name.to_owned());
        assert!(fresh, "two states are called {name}");
        self.has_not_jumped(name).await?;
        for (width, wide) in WIDTHS {
            for scheme in ["light", "dark"] {
                self.emulate(width, scheme).await?;
                let matches = format!("return matchMedia('(prefers-color-scheme: {scheme})').matches");
                assert_eq!(self.run(&matches).await?, true, "{name}: {scheme}");
                self.picture(&format!("{name}{wide}-{scheme}")).await?;
                let found = self.axe().await?;
                assert!(found.is_empty(), "{name}, {width} wide, {scheme}: axe-core finds\n{found}");
            }
            self.fits(name, width).await?;
        }
        self.is_readable_at_twice_the_size(name).await?;
        self.as_it_was().await?;
        // What moves because the window was made narrow and wide again is our doing.
        self.run_async(
            "requestAnimationFrame(() => setTimeout(() => { window.lookedAt = performance.now(); arguments[1](''); }))",
            "",
        )
        .await?;
        Ok(())
    }

    /// Only the pictures, where no script runs that could look.
    pub(crate) async fn pictures(&self, name: &str) -> Result<(), Oops> {
        for (width, wide) in WIDTHS {
            for scheme in ["light", "dark"] {
                self.emulate(width, scheme).await?;
                self.picture(&format!("{name}{wide}-{scheme}")).await?;
            }
        }
        self.as_it_was().await
    }

    /// Takes back what was emulated.
    async fn as_it_was(&self) -> Result<(), Oops> {
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": [] })).await?;
        self.devtools("Emulation.clearDeviceMetricsOverride", &json!({})).await?;
        Ok(())
    }

    async fn has_not_jumped(&self, name: &str) -> Result<(), Oops> {
        let told: Value = serde_json::from_str(&self.run_async(SHIFTED, "").await?)?;
        let shift = told[0].as_f64().ok_or("no number")?;
        assert!(shift <= MOST_SHIFT, "{name}: the page jumped by {shift:.4}: {}", told[1]);
        Ok(())
    }

    async fn emulate(&self, width: u32, scheme: &str) -> Result<(), Oops> {
        let metrics = json!({ "width": width, "height": 1_000, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics).await?;
        // Without motion, or the picture is of colours on their way from one scheme to the other.
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        let features = json!({ "features": [still, { "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", &features).await?;
        Ok(())
    }

    async fn fits(&self, name: &str, width: u32) -> Result<(), Oops> {
        let over = self.run("const page = document.documentElement; return page.scrollWidth - page.clientWidth").await?;
        // Below zero where room is kept for a scroll bar that is not there.
        assert!(over.as_i64().is_some_and(|over| over <= 0), "{name}: {over} pixels stick out of a screen of {width}");
        Ok(())
    }

    /// Text of 200 % on a phone: nothing sticks out (WCAG 2.2, 1.4.4).
    async fn is_readable_at_twice_the_size(&self, name: &str) -> Result<(), Oops> {
        self.emulate(412, "light").await?;
        self.run("document.documentElement.style.fontSize = '200%'").await?;
        self.fits(&format!("{name}, text at 200 %"), 412).await?;
        self.run("document.documentElement.style.fontSize = ''").await?;
        Ok(())
    }

    /// What axe-core has to say about the page as it is now. The product never sees it: the driver puts it in from
    /// outside, past the page's own policy, which allows no script but its own.
    async fn axe(&self) -> Result<String, Oops> {
        if self.run("return window.axe === undefined").await? == true {
            self.run(SOURCE.as_deref().map_err(String::as_str)?).await?;
        }
        self.run_async(AXE, "").await
    }

    /// The whole page, however long.
    async fn picture(&self, name: &str) -> Result<(), Oops> {
        let shot = self.devtools("Page.captureScreenshot", &json!({ "captureBeyondViewport": true })).await?;
        let bytes = Base64::decode_vec(shot["data"].as_str().ok_or("no picture")?).map_err(|error| error.to_string())?;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots").join(format!("{name}.png"));
        std::fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        Ok(std::fs::write(path, bytes)?)
    }
}
