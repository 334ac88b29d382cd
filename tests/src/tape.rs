//! A recorder between a client and the daemon: what went over the wire, both ways, as it was.

use crate::{Answer, Oops, raw};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// The bytes of one connection: first what the client sent, then what the daemon answered.
type Recorded = Arc<Mutex<Vec<[Vec<u8>; 2]>>>;

/// A recorder that passes everything on. It ends with the process.
pub struct Tape {
    /// Where clients connect instead.
    pub address: SocketAddr,
    recorded: Recorded,
}

/// A request as it was sent.
pub struct Sent {
    /// Method and path.
    pub line: String,
    /// Header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Tape {
    /// Starts recording what is sent to this address.
    pub fn start(daemon: SocketAddr) -> Result<Self, Oops> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, recorded) = (listener.local_addr()?, Recorded::default());
        let tape = recorded.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A daemon that is being started again refuses; the client sees its connection end.
                if let Ok(server) = TcpStream::connect(daemon) {
                    let _ = pass_on(&client, &server, &tape);
                }
            }
        });
        Ok(Self { address, recorded })
    }

    /// Every byte the daemon answered.
    pub fn received(&self) -> Vec<u8> {
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.iter().flat_map(|[_, received]| received).copied().collect()
    }

    /// Every request that was sent whole.
    pub fn sent(&self) -> Vec<Sent> {
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.iter().flat_map(|[sent, _]| requests(sent)).collect()
    }

    /// Every request with its answer, where both went over the wire whole.
    pub fn exchanged(&self) -> Vec<(Sent, Answer)> {
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.iter().flat_map(|[sent, received]| requests(sent).into_iter().zip(raw::read_answers(received))).collect()
    }
}

fn requests(mut sent: &[u8]) -> Vec<Sent> {
    let next = || raw::read_message(&mut sent).ok().map(|(line, headers, body)| Sent { line, headers, body });
    std::iter::from_fn(next).collect()
}

fn pass_on(client: &TcpStream, server: &TcpStream, tape: &Recorded) -> std::io::Result<()> {
    let at = {
        let mut recorded = tape.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.push([Vec::new(), Vec::new()]);
        recorded.len() - 1
    };
    for (side, from, to) in [(0, client, server), (1, server, client)] {
        let (mut from, mut to, tape) = (from.try_clone()?, to.try_clone()?, tape.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 16 << 10];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                tape.lock().unwrap_or_else(PoisonError::into_inner)[at][side].extend_from_slice(&buffer[..count]);
                if to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            // The other side sees the end too, or has seen it already.
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}
