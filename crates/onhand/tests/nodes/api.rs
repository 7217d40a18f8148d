//! As much of an HTTP client as it takes: one connection for each request.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use onhand_store::{Ids as _, clock::System};
use onhand_testkit::node::{Node, Retailer};
use serde_json::{Value, json};
use uuid::Uuid;

/// Longer than anything here takes, also on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One node, asked with one key.
pub(crate) struct Api<'a> {
    address: &'a str,
    key: &'a str,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl<'a> Api<'a> {
    pub(crate) fn new(node: &'a Node, key: &'a str) -> Self {
        Self::at(node.url().trim_start_matches("http://"), key)
    }

    /// Whatever listens there.
    pub(crate) const fn at(address: &'a str, key: &'a str) -> Self {
        Self { address, key }
    }

    fn open(&self, method: &str, path: &str, body: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let (address, key) = (self.address, self.key);
        // HTTP/1.0: the end of the connection is the end of the body.
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Reply> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut answer = String::new();
        self.open(method, path, &body)?.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer")?;
        let status = head.split(' ').nth(1).context("a status")?.parse()?;
        let body = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
        Ok(Reply { status, body })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let reply = self.send("GET", path, &Value::Null)?;
        ensure!(reply.status == 200, "GET {path}: {reply:?}");
        Ok(reply.body)
    }

    /// Records a receipt and returns the movement's id.
    pub(crate) fn receive(&self, facility: &str, sku: &str, quantity: i64) -> Result<Uuid> {
        let id = System.next();
        let movement = json!({
            "id": id, "facility_id": facility, "sku_id": sku, "kind": "receipt",
            "quantity": quantity,
        });
        let body = json!({ "movements": [movement] });
        let reply = self.send("POST", "/api/v1/movements", &body)?;
        ensure!(reply.status == 200, "{reply:?}");
        ensure!(reply.body["results"][0]["status"] == "posted", "{reply:?}");
        Ok(id)
    }

    /// Posts a variance of −1, whatever comes of it.
    pub(crate) fn lose(&self, facility: &str, sku: &str) -> Result<Reply> {
        let variance = json!({
            "id": System.next(), "facility_id": facility, "sku_id": sku, "quantity": -1,
            "reason": "damaged",
        });
        self.send("POST", "/api/v1/variances", &variance)
    }

    /// What is available of the SKU.
    pub(crate) fn available(&self, facility: &str, sku: &str) -> Result<i64> {
        let levels = self.get(&format!("/api/v1/levels?facility_id={facility}&limit=200"))?;
        let items = levels["items"].as_array().context("items")?;
        let level = items.iter().find(|level| level["sku_id"] == sku).context("a level")?;
        let at = |path: &str| level.pointer(path).and_then(Value::as_i64);
        at("/available").or_else(|| at("/quantities/available")).context("a quantity")
    }

    /// Listens to what happens at a facility.
    pub(crate) fn events(&self, facility: &str) -> Result<Events> {
        let path = format!("/api/v1/events?facility_id={facility}");
        let stream = self.open("GET", &path, "")?;
        let mut events = Events(BufReader::new(stream));
        ensure!(events.next("hello")?.is_object());
        Ok(events)
    }
}

/// A stream of events.
pub(crate) struct Events(BufReader<TcpStream>);

impl Events {
    /// The next event of that name.
    pub(crate) fn next(&mut self, name: &str) -> Result<Value> {
        let mut current = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                bail!("the stream has ended");
            }
            if let Some(event) = line.trim().strip_prefix("event: ") {
                event.clone_into(&mut current);
            } else if let Some(data) = line.trim().strip_prefix("data: ")
                && current == name
            {
                return Ok(serde_json::from_str(data)?);
            }
        }
    }
}

/// What `onhand verify` says of a database, without the time.
pub(crate) fn verified(retailer: &Retailer, database: &str) -> Result<Value> {
    let said = retailer.program().run(database, &["verify", "--json"])?;
    let mut report: Value = serde_json::from_str(&said)?;
    ensure!(report["clean"] == true, "{report}");
    report.as_object_mut().context("an object")?.remove("checked_at");
    Ok(report)
}
