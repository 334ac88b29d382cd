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
    /// Opens one. No answer takes longer than ten seconds.
    pub fn open(address: SocketAddr) -> Result<Self, Oops> {
        Self::open_for(address, Duration::from_secs(10))
    }

    /// Opens one on which an answer may take this long.
    pub fn open_for(address: SocketAddr, patience: Duration) -> Result<Self, Oops> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }

    /// Nothing is written for longer than this; what did not get through by then is given up.
    pub fn give_up_writing_after(&mut self, patience: Duration) -> Result<(), Oops> {
        Ok(self.stream.get_ref().set_write_timeout(Some(patience))?)
    }

    /// Whether the other side has not hung up, as far as is known without waiting.
    pub fn is_open(&self) -> Result<bool, Oops> {
        let stream = self.stream.get_ref();
        stream.set_nonblocking(true)?;
        let seen = stream.peek(&mut [0]);
        stream.set_nonblocking(false)?;
        Ok(match seen {
            Ok(count) => count > 0,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        })
    }

    /// Reads until the other side hangs up, and gives how many bytes that were.
    pub fn read_to_the_end(&mut self) -> Result<usize, Oops> {
        let mut count = 0;
        loop {
            match self.stream.read(&mut vec![0; 64 << 10]) {
                Ok(0) => return Ok(count),
                Ok(more) => count += more,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Ok(count),
                Err(error) => return Err(error.into()),
            }
        }
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

    /// Sends bytes and waits for nothing. That the other side has hung up shows when its answer is read.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    /// Sends a `HEAD`, whose answer has headers only.
    pub fn head(&mut self, path: &str) -> Result<Answer, Oops> {
        self.stream.get_mut().write_all(&request("HEAD", path, &[], None))?;
        self.receive_head()
    }

    /// Reads an answer that has no body, whatever its headers say.
    pub fn receive_head(&mut self) -> Result<Answer, Oops> {
        let (line, headers) = read_head(&mut self.stream)?;
        Ok(Answer { status: status_of(&line)?, headers, body: Vec::new() })
    }

    /// Whether nothing more comes because the other side has hung up.
    pub fn has_ended(&mut self) -> bool {
        match self.stream.read(&mut [0]) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }

    /// Reads one answer.
    pub fn receive(&mut self) -> Result<Answer, Oops> {
        let (line, headers, body) = read_message(&mut self.stream)?;
        Ok(Answer { status: status_of(&line)?, headers, body })
    }
}

/// A first line, headers with names in lower case, and a body as long as they say.
pub(crate) type Message = (String, Vec<(String, String)>, Vec<u8>);

/// Reads one request or answer.
pub(crate) fn read_message(stream: &mut impl BufRead) -> Result<Message, Oops> {
    let (first, headers) = read_head(stream)?;
    let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, length)| length.parse());
    let mut body = vec![0; length.transpose()?.unwrap_or_default()];
    stream.read_exact(&mut body)?;
    Ok((first, headers, body))
}

/// Reads answers to requests that all have bodies as long as they say, one after the other.
pub(crate) fn read_answers(mut received: &[u8]) -> Vec<Answer> {
    let next = || {
        let (line, headers, body) = read_message(&mut received).ok()?;
        Some(Answer { status: status_of(&line).ok()?, headers, body })
    };
    std::iter::from_fn(next).collect()
}

fn read_head(stream: &mut impl BufRead) -> Result<(String, Vec<(String, String)>), Oops> {
    let mut first = String::new();
    if stream.read_line(&mut first)? == 0 {
        return Err("the connection ended".into());
    }
    let (mut line, mut headers) = (String::new(), Vec::new());
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok((first.trim_end().to_owned(), headers))
}

fn status_of(line: &str) -> Result<u16, Oops> {
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| "no status line".into())
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
