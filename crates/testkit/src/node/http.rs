//! As much HTTP as it takes to ask a node for its ids: this crate has no dependencies.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// The body of an answer that is 200.
pub(super) fn get(url: &str, path: &str, key: &str) -> io::Result<String> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    // HTTP/1.0: the end of the connection is the end of the body.
    let head =
        format!("GET {path} HTTP/1.0\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.0 200") => Ok(body.to_owned()),
        _ => Err(io::Error::other(format!("GET {path}: {answer}"))),
    }
}

/// The texts of a member, in order, wherever in the JSON it stands.
pub(super) fn texts<'a>(json: &'a str, member: &str) -> Vec<&'a str> {
    let name = format!("\"{member}\"");
    json.split(&name as &str)
        .skip(1)
        .filter_map(|rest| {
            let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
            value.split('"').next()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn texts_are_found_and_nulls_are_not() {
        let json = r#"{"id": "a", "items":[{"id":"b","sku_id":"c"}],"next":null}"#;
        assert_eq!(texts(json, "id"), ["a", "b"]);
        assert_eq!(texts(json, "next"), Vec::<&str>::new());
    }
}
