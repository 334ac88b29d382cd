//! nginx and Caddy in front of the real daemon, with TLS and the shipped configurations: only names, ports and certificates
//! are others. Everything goes through them: `doctor`, a whole visit, and what must not be in a log.

use super::{done, found, replaced, shipped};
use doorward_core::view::PreviewBody;
use doorward_core::{InviteId, SignKey, Signature, Timestamp};
use doorward_tests::{Daemon, Oops, Settings, now, program};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Stands where a link whose `#` was lost has its secret.
const SECRET: &str = "AQCnotARealLinkButAsLongAsOneWouldBeInTheLogOfAProxyThatKeepsIt";

/// A proxy that runs, and ends with the test.
struct Proxy {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
    plain: Option<SocketAddr>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It is our own child. nginx has workers, which a kill would leave behind.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

fn free() -> Result<SocketAddr, Oops> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// An authority of our own, and a certificate of it for this machine.
fn certificate(folder: &Path) -> Result<(), Oops> {
    let openssl = |arguments: &str| done(Command::new("openssl").current_dir(folder).args(arguments.split(' ')));
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!("req -x509 {key} -days 2 -subj /CN=ours -keyout ca.key -out ca.pem"))?;
    openssl(&format!("req {key} -subj /CN=localhost -keyout key.pem -out request.pem"))?;
    std::fs::write(folder.join("names"), "subjectAltName = DNS:localhost\n")?;
    openssl("x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem")?;
    Ok(())
}

fn nginx(daemon: SocketAddr, https: SocketAddr) -> Result<Option<Proxy>, Oops> {
    let Some(program) = found("nginx") else { return Ok(None) };
    let (folder, plain) = (tempfile::tempdir()?, free()?);
    certificate(folder.path())?;
    let here = folder.path().display();
    let site = std::fs::read_to_string(shipped("proxy/nginx.conf"))?;
    let site = replaced(&site, 1, "server 127.0.0.1:8460;", &format!("server {daemon};"));
    let site = replaced(&site, 2, "server_name door.example;", "server_name localhost;");
    let site = replaced(&site, 1, "listen 80;", &format!("listen {plain};"));
    let site = replaced(&site, 1, "listen 443 ssl;", &format!("listen {https} ssl;"));
    let site = replaced(&site, 1, "/etc/letsencrypt/live/door.example/fullchain.pem", &format!("{here}/cert.pem"));
    let site = replaced(&site, 1, "/etc/letsencrypt/live/door.example/privkey.pem", &format!("{here}/key.pem"));
    std::fs::write(folder.path().join("site.conf"), site)?;
    // What stands around a site in Debian, with everything in one folder.
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("{kind}_temp_path {here}/{kind};\n"))
        .collect();
    let main = format!(
        "user root;\ndaemon off;\npid {here}/pid;\nerror_log {here}/error.log info;\nevents {{}}\n\
         http {{\naccess_log {here}/access.log;\n{temporary}include {here}/site.conf;\n}}\n"
    );
    std::fs::write(folder.path().join("nginx.conf"), main)?;
    let mut command = Command::new(program);
    command.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
    start(command, folder, https, Some(plain)).map(Some)
}

fn caddy(daemon: SocketAddr, https: SocketAddr) -> Result<Option<Proxy>, Oops> {
    let Some(program) = found("caddy") else { return Ok(None) };
    let folder = tempfile::tempdir()?;
    certificate(folder.path())?;
    let here = folder.path().display();
    let file = std::fs::read_to_string(shipped("proxy/Caddyfile"))?;
    let file = replaced(&file, 1, "\n{\n\t#", "\n{\n\tadmin off\n\tauto_https disable_redirects\n\t#");
    let site = format!("\nhttps://localhost:{} {{\n\tbind 127.0.0.1\n\ttls {here}/cert.pem {here}/key.pem\n", https.port());
    let file = replaced(&file, 1, "\ndoor.example {\n", &site);
    let file = replaced(&file, 1, "127.0.0.1:8460", &daemon.to_string());
    std::fs::write(folder.path().join("Caddyfile"), file)?;
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.path().join("Caddyfile"));
    command.envs(["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"].map(|name| (name, folder.path())));
    start(command, folder, https, None).map(Some)
}

fn start(mut command: Command, folder: tempfile::TempDir, https: SocketAddr, plain: Option<SocketAddr>) -> Result<Proxy, Oops> {
    let log = std::fs::File::create(folder.path().join("said.log"))?;
    let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
    let mut proxy = Proxy { child, folder, url: format!("https://localhost:{}", https.port()), plain };
    let start = Instant::now();
    while TcpStream::connect(https).is_err() {
        let said = std::fs::read_to_string(proxy.folder.path().join("said.log"))?;
        assert!(proxy.child.try_wait()?.is_none() && start.elapsed() < Duration::from_secs(30), "{said}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(proxy)
}

impl Proxy {
    fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The program, as somebody with this folder of keys who trusts our authority.
    fn doorward(&self, who: &str, arguments: &[&str]) -> Result<Command, Oops> {
        let mut command = Command::new(program()?);
        command.args(arguments).env("SSL_CERT_FILE", self.authority()).env("DOORWARD_SERVER", &self.url);
        command.env("DOORWARD_KEYS", self.folder.path().join(who)).current_dir(self.folder.path());
        Ok(command)
    }

    fn curl(&self, url: &str) -> Result<String, Oops> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include", "--path-as-is", "--cacert"]).arg(self.authority()).arg(url);
        done(&mut curl)
    }

    /// Every log it writes.
    fn logs(&self) -> Result<String, Oops> {
        let mut all = String::new();
        for entry in std::fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "log") {
                all += &std::fs::read_to_string(path)?;
            }
        }
        Ok(all)
    }
}

fn behind(proxy: fn(SocketAddr, SocketAddr) -> Result<Option<Proxy>, Oops>) -> Result<(), Oops> {
    let https = free()?;
    let public_url = Some(format!("https://localhost:{}", https.port()));
    let args = vec!["--trusted-proxies".into(), "127.0.0.1".into()];
    let mut daemon = Daemon::start_with(Settings { public_url, args, ..Settings::default() })?;
    let Some(proxy) = proxy(daemon.address, https)? else { return Ok(()) };
    visit(&proxy, &daemon.owner_link()?)?;
    doctor(&proxy, &daemon)?;
    secrets(&proxy)?;
    guesses(&proxy)?;
    daemon.kill()?;
    assert!(proxy.curl(&format!("{}/i/{SECRET}", proxy.url))?.contains(" 502"), "the daemon is gone");
    let logs = proxy.logs()?;
    assert!(!logs.contains(SECRET), "{logs}");
    Ok(())
}

/// From the owner link to somebody who is shown the door.
fn visit(proxy: &Proxy, owner_link: &str) -> Result<(), Oops> {
    assert!(owner_link.starts_with(&proxy.url), "{owner_link}");
    done(&mut proxy.doorward("ada", &["redeem", owner_link, "--handle", "Ada"])?)?;
    let made: Value = serde_json::from_str(&done(&mut proxy.doorward("ada", &["invite", "create", "--json"])?)?)?;
    let link = made["link"].as_str().ok_or("no link")?;
    let joined: Value =
        serde_json::from_str(&done(&mut proxy.doorward("cyd", &["redeem", link, "--handle", "Cyd", "--json"])?)?)?;
    done(&mut proxy.doorward("cyd", &["why", "Cyd", "send"])?)?;
    done(&mut proxy.doorward("ada", &["account", "revoke", joined["account"].as_str().ok_or("no key")?])?)?;
    let refused = proxy.doorward("cyd", &["whoami"])?.output()?;
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    Ok(())
}

/// Nothing is wrong, and nothing is worth a warning.
fn doctor(proxy: &Proxy, daemon: &Daemon) -> Result<(), Oops> {
    let listen = daemon.address.to_string();
    let mut doctor = proxy.doorward("ada", &["doctor", "--json", "--public-url", &proxy.url, "--listen", &listen])?;
    let said = done(doctor.args(["--trusted-proxies", "127.0.0.1", "--data"]).arg(daemon.data()))?;
    let said: Value = serde_json::from_str(&said)?;
    assert_eq!(said["health"], "ok", "{said:#}");
    assert!(said.to_string().contains(&format!("{} leads here", proxy.url)), "{said:#}");
    Ok(())
}

/// Browsers are told to stay with TLS, once; what mail programs make of links is in no log.
fn secrets(proxy: &Proxy) -> Result<(), Oops> {
    for path in [format!("/i/{SECRET}"), format!("/i%23{SECRET}"), format!("/i?x={SECRET}")] {
        let answer = proxy.curl(&format!("{}{path}", proxy.url))?;
        assert!(answer.contains(" 200"), "{path}: {answer}");
        assert_eq!(answer.to_lowercase().matches("strict-transport-security:").count(), 1, "{answer}");
        if let Some(plain) = proxy.plain {
            let answer = proxy.curl(&format!("http://{plain}{path}"))?;
            assert!(answer.contains(" 308") && answer.contains("https://"), "{answer}");
        }
    }
    assert!(!proxy.logs()?.contains(SECRET));
    Ok(())
}

/// Guesses are counted by who connects: whoever says that he is somebody else is still himself.
fn guesses(proxy: &Proxy) -> Result<(), Oops> {
    let guess = PreviewBody {
        invite_key: SignKey([9; 32]).into(),
        created: Timestamp(now()).into(),
        signature: Signature([0; 64]).into(),
        account: None,
    };
    std::fs::write(proxy.folder.path().join("guess.json"), serde_json::to_vec(&guess)?)?;
    let ask = |from: &str, times: usize| -> Result<Vec<bool>, Oops> {
        let mut curl = Command::new("curl");
        curl.current_dir(proxy.folder.path()).args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}\n"]);
        curl.args(["--cacert", "ca.pem", "--data", "@guess.json", "--header", "content-type: application/json"]);
        curl.args(["--header", &format!("x-forwarded-for: {from}")]);
        let answers = done(curl.arg(format!("{}/v1/invites/{}/preview#[1-{times}]", proxy.url, InviteId([7; 16]))))?;
        assert!(answers.lines().all(|status| matches!(status, "404" | "429")), "{answers}");
        Ok(answers.lines().map(|status| status == "429").collect())
    };
    // Whoever connects from this machine is counted with everybody (600), and never as the one he claims to be (60).
    let answers = ask("198.51.100.1", 200)?;
    assert!(answers.iter().all(|limited| !limited), "counted as somebody else: {answers:?}");
    Ok(())
}

#[test]
fn nginx_as_shipped() -> Result<(), Oops> {
    behind(nginx)
}

#[test]
fn caddy_as_shipped() -> Result<(), Oops> {
    behind(caddy)
}
