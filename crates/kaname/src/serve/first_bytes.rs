//! The first bytes of a connection: whoever opens one and says nothing, or half of HTTP/2's greeting, is
//! not waited for. Hyper's own bounds count only from there on.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// How a connection in HTTP/2 begins (RFC 9113 §3.4).
const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose first bytes were read and are read again.
pub(super) struct Begun<S> {
    first: Vec<u8>,
    stream: S,
}

/// Reads until it is known which HTTP is spoken. `None` when the other side has nothing to say.
pub(super) async fn begun<S: AsyncRead + Unpin>(
    mut stream: S,
) -> std::io::Result<Option<Begun<S>>> {
    let mut first = Vec::with_capacity(GREETING.len());
    while first.len() < GREETING.len() && GREETING.starts_with(&first) {
        let mut more = [0; GREETING.len()];
        let room = more.get_mut(first.len()..).unwrap_or_default();
        let count = stream.read(room).await?;
        if count == 0 {
            break;
        }
        first.extend_from_slice(room.get(..count).unwrap_or_default());
    }
    Ok((!first.is_empty()).then_some(Begun { first, stream }))
}

impl<S: AsyncRead + Unpin> AsyncRead for Begun<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        let count = self.first.len().min(into.remaining());
        let given: Vec<u8> = self.first.drain(..count).collect();
        into.put_slice(&given);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Begun<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
