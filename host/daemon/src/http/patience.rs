//! A stream whose peer must go on reading: whoever lets an answer lie is cut off, so that a place is not held for ever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A stream with a limit on how long a write may make no progress at all.
pub(crate) struct Patience<S> {
    stream: S,
    limit: Duration,
    /// Runs while the peer takes nothing.
    waiting: Pin<Box<Sleep>>,
    stuck: bool,
}

impl<S> Patience<S> {
    pub(crate) fn new(stream: S, limit: Duration) -> Self {
        Self { stream, limit, waiting: Box::pin(tokio::time::sleep(limit)), stuck: false }
    }

    /// Lets progress pass, and counts the time without any.
    fn judge<T>(&mut self, progress: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            self.stuck = false;
            return progress;
        }
        if !self.stuck {
            self.stuck = true;
            self.waiting.as_mut().reset(Instant::now() + self.limit);
        }
        match self.waiting.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patience<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patience<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(progress, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.judge(progress, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(progress, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_shutdown(context);
        self.judge(progress, context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::net::UnixStream;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(200);
    const PIECE: [u8; 16 * 1024] = [7; 16 * 1024];

    async fn write(stream: &mut Patience<UnixStream>) -> io::Result<usize> {
        poll_fn(|context| Pin::new(&mut *stream).poll_write(context, &PIECE)).await
    }

    #[tokio::test]
    async fn who_does_not_read_is_cut_off_and_who_reads_slowly_is_not() {
        let (near, far) = UnixStream::pair().unwrap();
        let mut near = Patience::new(near, LIMIT);
        let reader = tokio::spawn(async move {
            let mut most = vec![0; 512 * 1024];
            for _ in 0..10 {
                tokio::time::sleep(LIMIT / 2).await;
                far.readable().await.unwrap();
                far.try_read(&mut most).unwrap();
            }
            far
        });
        let started = Instant::now();
        while !reader.is_finished() {
            write(&mut near).await.unwrap();
        }
        assert!(started.elapsed() > LIMIT * 4, "the reader was slow, and the buffer between them small");
        let far = reader.await.unwrap();
        let error = loop {
            if let Err(error) = write(&mut near).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(far);
    }
}
