//! Ctrl-C during work of many steps: the step under way is finished, and what was done is said.

use tokio::task::JoinHandle;

/// Watches for it as long as it lives.
pub struct Interrupt(JoinHandle<()>);

impl Interrupt {
    /// From now on Ctrl-C no longer ends the program by itself; a second one does.
    pub fn watch() -> Self {
        Self(tokio::spawn(async {
            // Where it cannot be heard it ends the program, as ever.
            if tokio::signal::ctrl_c().await.is_ok() {
                tokio::spawn(async {
                    if tokio::signal::ctrl_c().await.is_ok() {
                        std::process::exit(1);
                    }
                });
            } else {
                std::future::pending().await
            }
        }))
    }

    /// Whether it came.
    pub fn came(&self) -> bool {
        self.0.is_finished()
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.abort();
    }
}
