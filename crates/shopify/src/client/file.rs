//! Files that a shop has written for us, at addresses of their own.

use std::time::Duration;

use url::Url;

use super::Shop;

/// How long fetching a file may take.
const FETCH_MAX: Duration = Duration::from_mins(15);
/// How large a file may be, in bytes: a million levels take about a third of it.
const FILE_MAX: u64 = 1 << 30;
/// How long a line may be, in bytes: some hundred times what a level takes.
const LINE_MAX: usize = 64 << 10;

impl Shop {
    /// Fetches a file and gives its lines one by one. Whoever keeps it is not told who we are: the
    /// address itself is the secret. Answers how many lines it had.
    pub(crate) async fn fetch_lines(
        &self,
        address: &str,
        mut each: impl FnMut(&[u8]) -> Result<(), String> + Send,
    ) -> Result<u64, String> {
        let url = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        let here = url.scheme() == self.graphql.scheme() && url.host() == self.graphql.host();
        if url.scheme() != "https" && !here {
            return Err(format!("{address} would be fetched unencrypted"));
        }
        let request = self.http.get(&url).timeout(FETCH_MAX);
        let mut response = request
            .send()
            .await
            .map_err(|error| format!("not fetched: {}", error.without_url()))?;
        if !response.status().is_success() {
            return Err(format!("not fetched: HTTP {}", response.status().as_u16()));
        }
        let (mut rest, mut lines, mut bytes) = (Vec::new(), 0_u64, 0_u64);
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|error| format!("cut off: {}", error.without_url()))?;
            let Some(chunk) = chunk else { break };
            bytes = bytes.saturating_add(chunk.len() as u64);
            rest.extend_from_slice(&chunk);
            let mut begin = 0;
            while let Some(length) = rest[begin..].iter().position(|byte| *byte == b'\n') {
                take(&rest[begin..begin + length], &mut lines, &mut each)?;
                begin += length + 1;
            }
            rest.drain(..begin);
            if bytes > FILE_MAX || rest.len() > LINE_MAX {
                return Err("the file is larger than any shop".to_owned());
            }
        }
        take(&rest, &mut lines, &mut each)?;
        Ok(lines)
    }
}

fn take(
    line: &[u8],
    lines: &mut u64,
    each: &mut impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    if line.is_empty() {
        return Ok(());
    }
    *lines = lines.saturating_add(1);
    each(line)
}
