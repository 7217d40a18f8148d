//! What stands before the nodes: it lets the shop's messages in at whichever node is there.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::{TcpListener, TcpStream};

/// Where the nodes listen.
pub(super) type Addresses = Arc<Mutex<Vec<String>>>;

/// Opens it; its URL. Who knocks while no node is there is sent away.
pub(super) async fn open(nodes: Addresses) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((visitor, _)) = listener.accept().await {
            tokio::spawn(admit(visitor, Arc::clone(&nodes)));
        }
    });
    Ok(url)
}

async fn admit(mut visitor: TcpStream, nodes: Addresses) {
    let nodes = nodes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for address in nodes {
        if let Ok(mut node) = TcpStream::connect(&address).await {
            // Until one of them ends, or is killed.
            let _ = tokio::io::copy_bidirectional(&mut visitor, &mut node).await;
            return;
        }
    }
}
