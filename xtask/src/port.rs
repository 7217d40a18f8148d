//! Is the address free, and if not, who has it?

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use anyhow::{Result, bail};

/// The state `LISTEN` in the kernel's socket tables.
const LISTENING: &str = "0A";

/// Fails where `address` can't be listened on; the message says what to do. `option` of
/// `cargo xtask demo` names another one.
pub(crate) fn check_free(address: &str, option: &str) -> Result<()> {
    let Err(error) = TcpListener::bind(address) else { return Ok(()) };
    if error.kind() != ErrorKind::AddrInUse {
        bail!("can't listen on {address}: {error}. {option} takes ADDRESS:PORT");
    }
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let Some(port) = port else { bail!("{address} is taken") };
    let holder = holder(port).unwrap_or_else(|| "by another program".to_owned());
    bail!(
        "port {port} is taken {holder}. Stop that, or take another port: \
         cargo xtask demo {option} 127.0.0.1:{}",
        port.checked_add(1).unwrap_or(8080)
    )
}

/// `by NAME (process 123)`, as far as the kernel tells us.
fn holder(port: u16) -> Option<String> {
    let sockets = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .find_map(|table| listening_inode(&table, port))
        .map(|inode| format!("socket:[{inode}]"))?;
    let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    processes.map(|process| process.path()).find_map(|process| {
        let id: u32 = process.file_name()?.to_str()?.parse().ok()?;
        let mut files = fs::read_dir(process.join("fd")).ok()?.filter_map(Result::ok);
        files.find(|file| {
            fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == sockets.as_str())
        })?;
        let name = fs::read_to_string(process.join("comm")).ok()?;
        Some(format!("by {} (process {id})", name.trim()))
    })
}

/// The inode of the socket that listens on `port`, from a table as in `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<u64> {
    let port = format!(":{port:04X}");
    table.lines().find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, _, state) = (fields.next()?, fields.next()?, fields.next()?);
        let found = local.ends_with(&port) && state == LISTENING;
        found.then(|| fields.nth(5)?.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::check_free;
    use std::net::TcpListener;

    #[test]
    fn the_holder_of_a_taken_port_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let message = check_free(&address, "--listen").unwrap_err().to_string();
        let process = format!("(process {})", std::process::id());
        assert!(message.contains(&process) && message.contains("--listen"), "{message}");

        drop(listener);
        check_free(&address, "--listen").unwrap();
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let message = check_free("8080", "--listen").unwrap_err().to_string();
        assert!(message.contains("ADDRESS:PORT"), "{message}");
    }
}
