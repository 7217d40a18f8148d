//! Clients that send half a request, take no answer, or send far too much.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use onhand_testkit::node::{Assortment, Node};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Verdict;
use crate::audit::audit;
use crate::context::{Context, blocking, serve};
use crate::load::{Load, Plan};

/// Connections of each kind.
const HALF_HEADS: usize = 1_500;
const HALF_BODIES: usize = 300;
const NON_READERS: usize = 100;
const FLOODERS: usize = 20;
/// Answers that each who takes none asks for: far more than the sockets' buffers hold.
const UNREAD_ANSWERS: usize = 200;
/// Resident memory that the program keeps to with all of them.
const RESIDENT_BYTES_MAX: u64 = 512 << 20;
/// The server hangs up on half a head after 30 seconds, on half a body a little later.
const HANG_UP_MAX: Duration = Duration::from_mins(1);
const PROGRESS_TIMEOUT: Duration = Duration::from_secs(30);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let node = serve(&retailer)?;
    let plan = Plan { timeout: PROGRESS_TIMEOUT, ..Plan::default() };
    let load = Load::start(&plan, &retailer, &[&node], &mut rng)?;
    load.progress(20, PROGRESS_TIMEOUT).await?;
    let mut half = Vec::new();
    for _ in 0..HALF_HEADS {
        half.push(send(&node, "POST /api/v1/variances HTTP/1.1\r\nhost: x\r\nx-slow: ").await?);
    }
    let key = retailer.key();
    let begun = format!(
        "POST /api/v1/variances HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    );
    for _ in 0..HALF_BODIES {
        half.push(send(&node, &begun).await?);
    }
    let question = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(UNREAD_ANSWERS);
    let mut deaf = Vec::new();
    for _ in 0..NON_READERS {
        deaf.push(send(&node, &question).await?);
    }
    load.progress(50, PROGRESS_TIMEOUT).await.context("beside clients that hang")?;
    for number in 0..FLOODERS {
        oversized(&node, key, number).await?;
    }
    load.progress(50, PROGRESS_TIMEOUT).await.context("beside clients that send too much")?;
    let resident = blocking(|| node.resident_bytes())?;
    let lingering = half.len();
    if context.short_or(false, true) {
        for mut client in half {
            timeout(HANG_UP_MAX, hung_up(&mut client)).await.context("half a request stays")?;
        }
        println!("  hung up on all {lingering} that had sent half a request");
    }
    println!(
        "  {HALF_HEADS} half heads, {HALF_BODIES} half bodies, {NON_READERS} who read nothing, \
         {FLOODERS} oversized: {} MB resident",
        resident >> 20
    );
    let history = load.finish().await?;
    println!("  the others: {}", history.answers_text());
    println!("  {}", audit(&retailer, &history).await?);
    history.check_answers()?;
    let unserved = history.count(0) + history.count(503);
    ensure!(unserved == 0, "{unserved} requests of others were not served");
    ensure!(resident < RESIDENT_BYTES_MAX, "{resident} bytes are resident");
    drop(deaf);
    Ok(Verdict::Held)
}

async fn send(node: &Node, text: &str) -> anyhow::Result<TcpStream> {
    let mut stream = TcpStream::connect(node.url().trim_start_matches("http://")).await?;
    stream.write_all(text.as_bytes()).await?;
    Ok(stream)
}

/// Far too much: in the head, announced for the body, or in pieces without end. The answer is no,
/// or a closed connection; never a yes, and never that all of it is taken.
async fn oversized(node: &Node, key: &str, number: usize) -> anyhow::Result<()> {
    const PIECE: usize = 64 << 10;
    const TOO_MUCH: usize = 64 << 20;
    let post = format!(
        "POST /api/v1/variances HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\n"
    );
    let (head, piece) = match number % 3 {
        0 => (format!("{post}x-large: "), "x".repeat(PIECE)),
        1 => (format!("{post}content-length: {TOO_MUCH}\r\n\r\n"), " ".repeat(PIECE)),
        _ => {
            let piece = format!("{PIECE:x}\r\n{}\r\n", " ".repeat(PIECE));
            (format!("{post}transfer-encoding: chunked\r\n\r\n"), piece)
        }
    };
    let mut stream = send(node, &head).await?;
    let (mut incoming, mut outgoing) = stream.split();
    let mut taken = 0;
    let flood = async {
        while taken < TOO_MUCH && outgoing.write_all(piece.as_bytes()).await.is_ok() {
            taken += piece.len();
        }
    };
    let mut answer = [0; 64];
    let answered = async { incoming.read(&mut answer).await.unwrap_or(0) };
    let both = async {
        tokio::select! {
            count = answered => Some(count),
            () = flood => None,
        }
    };
    let count = timeout(ANSWER_TIMEOUT, both).await.context("an oversized request hangs")?;
    let text = String::from_utf8_lossy(&answer[..count.unwrap_or(0)]).into_owned();
    let refused = text.is_empty() || ["400", "413", "431"].iter().any(|no| text.contains(no));
    ensure!(refused && taken < TOO_MUCH, "{taken} bytes were taken and answered {text:?}");
    Ok(())
}

/// Reads until the other end closes.
async fn hung_up(client: &mut TcpStream) {
    let mut answer = [0; 1024];
    while client.read(&mut answer).await.is_ok_and(|count| count > 0) {}
}
