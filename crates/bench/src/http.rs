//! As much of HTTP/1.1 as a load generator needs, and no more: it shares the machine with the
//! server that it measures.

use anyhow::{Context as _, Result, bail};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use uuid::{Uuid, fmt::Hyphenated};

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How much of a wrong answer is shown, in bytes.
const SHOWN_BYTES_MAX: usize = 600;

/// A connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Where an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    status: u16,
    body_at: usize,
    end: usize,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("can't connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and answers its body. Any status but 200 and 201 is an error.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(frame) = frame(&self.buffer)? {
                return self.body(frame);
            }
        }
    }

    fn body(&self, frame: Frame) -> Result<&[u8]> {
        let body = self.buffer.get(frame.body_at..frame.end).unwrap_or_default();
        if frame.status != 200 && frame.status != 201 {
            let shown = body.get(..SHOWN_BYTES_MAX).unwrap_or(body);
            bail!("status {}: {}", frame.status, String::from_utf8_lossy(shown));
        }
        if self.buffer.len() > frame.end {
            bail!("the server sent more than one answer");
        }
        Ok(body)
    }
}

/// The answer in the buffer, once it is there as a whole.
fn frame(buffer: &[u8]) -> Result<Option<Frame>> {
    let Some(head_end) = memmem::find(buffer, b"\r\n\r\n") else { return Ok(None) };
    let head = buffer.get(..head_end).unwrap_or_default();
    let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    let status = status.and_then(|digits| digits.parse().ok());
    let status = status.filter(|_| head.starts_with(b"HTTP/1.1 ")).context("not an answer")?;
    let length = content_length(head).context("an answer without content-length")?;
    if length > ANSWER_BYTES_MAX {
        bail!("an answer of {length} bytes");
    }
    let body_at = head_end + 4;
    let end = body_at + length;
    Ok((buffer.len() >= end).then_some(Frame { status, body_at, end }))
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        let found = name.eq_ignore_ascii_case(NAME);
        found.then(|| std::str::from_utf8(value).ok()?.trim().parse().ok()).flatten()
    })
}

/// `GET path`, as the web app asks, with an API key instead of its cookie.
pub(crate) fn get(path: &str, key: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: onhand\r\nauthorization: Bearer {key}\r\n\r\n")
        .into_bytes()
}

/// `POST path` with a JSON body.
pub(crate) fn post(path: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: onhand\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The request of one variance, whose ids are overwritten in place for each call.
#[derive(Clone)]
pub(crate) struct VarianceRequest {
    bytes: Vec<u8>,
    id_at: usize,
    facility_at: usize,
    sku_at: usize,
}

/// One variance as JSON: one unit found.
pub(crate) fn variance(id: Uuid, facility: Uuid, sku: Uuid) -> String {
    format!(
        "{{\"id\":\"{id}\",\"facility_id\":\"{facility}\",\"sku_id\":\"{sku}\",\
         \"quantity\":1,\"reason\":\"found\",\"device\":\"Handheld 4\"}}"
    )
}

impl VarianceRequest {
    pub(crate) fn new(key: &str) -> Self {
        // Ids that stand nowhere else in the request.
        let [id, facility, sku] = [1, 2, 3].map(|n: u128| Uuid::from_u128(n << 64 | n));
        let bytes = post("/api/v1/variances", key, &variance(id, facility, sku));
        let at = |id: Uuid| memmem::find(&bytes, id.to_string().as_bytes()).unwrap_or_default();
        let (id_at, facility_at, sku_at) = (at(id), at(facility), at(sku));
        Self { bytes, id_at, facility_at, sku_at }
    }

    pub(crate) fn fill(&mut self, id: Uuid, facility: Uuid, sku: Uuid) -> &[u8] {
        for (at, id) in [(self.id_at, id), (self.facility_at, facility), (self.sku_at, sku)] {
            if let Some(place) = self.bytes.get_mut(at..at + Hyphenated::LENGTH) {
                id.hyphenated().encode_lower(place);
            }
        }
        &self.bytes
    }
}

/// How many of the answers in a body say that they were posted.
pub(crate) fn posted(body: &[u8]) -> usize {
    memmem::find_iter(body, b"\"status\":\"posted\"").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_once_its_length_is_there() {
        let text = b"HTTP/1.1 201 Created\r\ncontent-type: x\r\nContent-Length: 4\r\n\r\nabcd";
        for end in 0..text.len() {
            assert_eq!(frame(&text[..end]).unwrap(), None, "{end}");
        }
        let end = text.len();
        assert_eq!(frame(text).unwrap(), Some(Frame { status: 201, body_at: end - 4, end }));
    }

    #[test]
    fn what_it_does_not_understand_is_an_error() {
        assert!(frame(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(frame(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").is_err());
        assert!(frame(b"ICY 200 OK good\r\ncontent-length: 0\r\n\r\n").is_err());
        assert!(frame(b"HTTP/1.1 2x0 OK\r\ncontent-length: 0\r\n\r\n").is_err());
    }

    #[test]
    fn the_ids_of_a_request_are_written_over_those_before() {
        let mut request = VarianceRequest::new("ohk_x");
        let ids = |n: u128| [n, n + 1, n + 2].map(Uuid::from_u128);
        for [id, facility, sku] in [ids(7), ids(u128::MAX - 9)] {
            let expected = post("/api/v1/variances", "ohk_x", &variance(id, facility, sku));
            assert_eq!(request.fill(id, facility, sku), expected);
        }
    }

    #[test]
    fn posted_answers_are_counted() {
        let body = br#"[{"status":"posted"},{"status":"requested"},{"status":"posted"}]"#;
        assert_eq!(posted(body), 2);
    }

    #[tokio::test]
    async fn only_success_is_an_answer() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answers =
            ["200 OK\r\ncontent-length: 2\r\n\r\nab", "503 Busy\r\ncontent-length: 1\r\n\r\nx"];
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                let mut request = [0; 4];
                stream.read_exact(&mut request).await.unwrap();
                for part in format!("HTTP/1.1 {answer}").as_bytes().chunks(7) {
                    stream.write_all(part).await.unwrap();
                    stream.flush().await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        let mut connection = Connection::open(&address).await.unwrap();
        assert_eq!(connection.call(b"ping").await.unwrap(), b"ab");
        let error = connection.call(b"ping").await.unwrap_err().to_string();
        assert!(error.contains("503") && error.contains('x'), "{error}");
        server.await.unwrap();
    }
}
