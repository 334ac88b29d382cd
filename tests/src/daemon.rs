//! The real daemon.

use crate::{Connection, Oops};
use doorward_client::{Client, Invitation, MintOptions, Session, Sharing, Until};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How to start it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Further arguments of `serve`.
    pub args: Vec<String>,
    /// Added to every commit, to stand for a slower disk in figures.
    pub sync_delay: Option<Duration>,
    /// What its log filter is; `warn` if nothing is said.
    pub log: Option<String>,
    /// A shell script that prepares the place, ends with `exec "$@"`, and finds the data folder in `$DATA`.
    pub script: Option<String>,
    /// Run the script with mounts of its own, which nobody else sees and which end with the process. See
    /// [`Settings::may_mount`].
    pub mounts: bool,
    /// Added to its environment.
    pub env: Vec<(String, String)>,
    /// What its links begin with, where that is not the address it listens on.
    pub public_url: Option<String>,
}

impl Settings {
    /// Whether this machine lets a process have mounts of its own.
    pub fn may_mount() -> bool {
        let mut try_it = Command::new("unshare");
        try_it.args(["--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
        let may = try_it.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !may {
            eprintln!("this machine allows no mounts: left out");
        }
        may
    }
}

/// A running daemon on a folder of its own; ended when dropped.
pub struct Daemon {
    child: Child,
    settings: Settings,
    folder: tempfile::TempDir,
    /// Where it listens.
    pub address: SocketAddr,
    /// What its links begin with.
    pub public_url: String,
}

impl Daemon {
    /// Starts one on a new folder, and waits until it answers.
    pub fn start() -> Result<Self, Oops> {
        Self::start_with(Settings::default())
    }

    /// The same, with settings.
    pub fn start_with(settings: Settings) -> Result<Self, Oops> {
        Self::start_in(tempfile::tempdir()?, settings)
    }

    /// The same, in a folder whose `data` may be there already.
    pub fn start_in(folder: tempfile::TempDir, settings: Settings) -> Result<Self, Oops> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let child = spawn(folder.path(), address, &public_url, &settings)?;
        let mut daemon = Self { child, settings, folder, address, public_url };
        daemon.wait_until_ready()?;
        Ok(daemon)
    }

    /// Starts it again on the same folder, after it ended.
    pub fn restart(&mut self) -> Result<(), Oops> {
        self.child = spawn(self.folder.path(), self.address, &self.public_url, &self.settings)?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&mut self) -> Result<(), Oops> {
        let start = Instant::now();
        // An answer, not only a connection: all its sockets are there then.
        let answers = |address| Connection::open(address)?.call("GET", "/healthz", None);
        while answers(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the daemon ended with {status}:\n{}", self.log()).into());
            }
            if start.elapsed() > Duration::from_secs(30) {
                return Err("the daemon does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) -> Result<(), Oops> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop, and waits for how it ended.
    pub fn terminate(&mut self) -> Result<ExitStatus, Oops> {
        self.signal("TERM")?;
        self.ended()
    }

    /// Sends it a signal, by its name: `HUP`.
    pub fn signal(&self, name: &str) -> Result<(), Oops> {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status()?;
        if sent.success() { Ok(()) } else { Err(format!("kill -{name}: {sent}").into()) }
    }

    /// Waits for how it ends.
    pub fn ended(&mut self) -> Result<ExitStatus, Oops> {
        let start = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) => return Ok(status),
                None if start.elapsed() > Duration::from_secs(30) => return Err("the daemon does not end".into()),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How many files and connections it holds (Linux).
    pub fn open_files(&self) -> Result<usize, Oops> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.pid()))?.count())
    }

    /// Bytes of memory it holds (Linux: `VmRSS` of proc(5)).
    pub fn resident(&self) -> Result<u64, Oops> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? << 10)
    }

    /// Its data folder, also where only the process itself has it mounted.
    pub fn data(&self) -> PathBuf {
        let data = self.folder.path().join("data");
        match data.strip_prefix("/") {
            Ok(below) if self.settings.mounts => Path::new("/proc").join(self.pid().to_string()).join("root").join(below),
            Ok(_) | Err(_) => data,
        }
    }

    /// How it is started next time.
    pub fn settings(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Its store.
    pub fn store(&self) -> PathBuf {
        self.data().join("doorward.db")
    }

    /// Where services ask.
    pub fn service_socket(&self) -> PathBuf {
        self.data().join("service.sock")
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The owner link, from the private file that a start without a terminal leaves.
    pub fn owner_link(&self) -> Result<String, Oops> {
        let file = self.data().join("owner-link.txt");
        let start = Instant::now();
        loop {
            match std::fs::read_to_string(&file) {
                Ok(link) if link.ends_with('\n') => return Ok(link.trim().to_owned()),
                Err(error) if start.elapsed() > Duration::from_secs(5) => return Err(error.into()),
                Ok(_) | Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// A client for it.
    pub async fn client(&self) -> Result<Client, Oops> {
        Ok(Client::connect(&self.public_url).await?)
    }

    /// Redeems the owner link.
    pub async fn owner(&self) -> Result<Session, Oops> {
        self.join(&self.owner_link()?, "Ada").await
    }

    /// Redeems a link with new keys.
    pub async fn join(&self, link: &str, handle: &str) -> Result<Session, Oops> {
        let invitation = Invitation::read(link).map_err(|code| code.name())?;
        let client = self.client().await?;
        let identity = client.new_identity(handle)?;
        let preview = client.preview(&invitation, None).await?;
        client.redeem(&invitation, &preview.invite, handle, &identity.keys).await?;
        Ok(client.sign_in(identity, Sharing::Refused)?)
    }

    /// Mints an invite of that many uses (0 = unlimited), good for a week.
    pub async fn invite(session: &Session, max_uses: u32) -> Result<Invitation, Oops> {
        let options = MintOptions { max_uses, until: Until::In(7 * 86_400), ..MintOptions::default() };
        Ok(session.mint(&options).await?.invitation)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It is our own child; one that is gone already is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &Path, address: SocketAddr, public_url: &str, settings: &Settings) -> Result<Child, Oops> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log"))?;
    let data = folder.join("data");
    let mut command = match (&settings.script, settings.mounts) {
        (None, _) => Command::new(program()?),
        (Some(script), mounts) => {
            let mut command = Command::new(if mounts { "unshare" } else { "sh" });
            if mounts {
                command.args(["--mount", "--map-root-user", "sh"]);
            }
            command.args(["-ec", script, "sh"]).arg(program()?).env("DATA", &data);
            command
        }
    };
    command.arg("serve").arg("--data").arg(&data);
    command.args(["--listen", &address.to_string(), "--public-url", public_url]);
    command.args(["--log", settings.log.as_deref().unwrap_or("warn")]).args(&settings.args);
    command.envs(settings.env.iter().map(|(name, value)| (name, value)));
    if let Some(delay) = settings.sync_delay {
        command.env("DOORWARD_SYNC_DELAY_MS", delay.as_millis().to_string());
    }
    Ok(command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?)
}

/// The program under test: built by `cargo build --release`, two or three folders up from this one.
pub fn program() -> Result<PathBuf, Oops> {
    let here = std::env::current_exe()?;
    let found = here.ancestors().skip(1).take(3).map(|folder| folder.join("doorward")).find(|path| path.is_file());
    found.ok_or_else(|| "the program is missing; build it first: cargo build --release -p doorward".into())
}
