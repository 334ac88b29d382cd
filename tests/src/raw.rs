//! HTTP/1.1 by hand, for requests no client would send and for load without a client's own weight.

use crate::Oops;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection that is kept open between requests.
pub struct Connection<S = TcpStream> {
    stream: BufReader<S>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The code of a problem, or of an answer that carries one.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Connection {
    /// Opens one. Nothing takes longer than ten seconds.
    pub fn open(address: SocketAddr) -> Result<Self, Oops> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }
}

impl<S: Read + Write> Connection<S> {
    /// Uses a stream that is there already, for example a Unix socket.
    pub fn over(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes as they are, and reads one answer.
    pub fn send(&mut self, request: &[u8]) -> Result<Answer, Oops> {
        self.stream.get_mut().write_all(request)?;
        self.receive()
    }

    /// Sends a request with an optional JSON body.
    pub fn call(&mut self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, Oops> {
        self.send(&request(method, path, &[], body))
    }

    /// Reads one answer.
    pub fn receive(&mut self) -> Result<Answer, Oops> {
        let (line, headers, body) = read_message(&mut self.stream)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status line")?;
        Ok(Answer { status, headers, body })
    }
}

/// A first line, headers with names in lower case, and a body as long as they say.
pub(crate) type Message = (String, Vec<(String, String)>, Vec<u8>);

/// Reads one request or answer.
pub(crate) fn read_message(stream: &mut impl BufRead) -> Result<Message, Oops> {
    let mut first = String::new();
    if stream.read_line(&mut first)? == 0 {
        return Err("the connection ended".into());
    }
    let (mut line, mut headers, mut length) = (String::new(), Vec::new(), 0);
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse()?;
        }
        headers.push((name, value));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((first.trim_end().to_owned(), headers, body))
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: door\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body.unwrap_or_default()].concat()
}
