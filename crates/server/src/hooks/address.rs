//! Where messages may go.

use url::{Host, Url};

/// What is wrong with an address, if anything is.
///
/// Encrypted only, but to this machine: messages tell of stock and of people.
pub(crate) fn check_url(text: &str) -> Result<(), &'static str> {
    let Ok(url) = Url::parse(text) else {
        return Err("write an address as in https://erp.example.com/hooks");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must have no user name or password in it; messages are signed instead");
    }
    if url.fragment().is_some() {
        return Err("must have no #fragment: it is never sent");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_here(&url) => Ok(()),
        _ => Err("must begin with https://"),
    }
}

/// Whether it is this machine.
pub(super) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_encrypted_or_nowhere_else() {
        for good in [
            "https://erp.example.com/hooks?key=1",
            "http://localhost:9000/",
            "http://127.0.0.1:9000/x",
            "http://[::1]:9000/x",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "erp.example.com",
            "http://erp.example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "ftp://localhost/",
            "file:///etc/passwd",
            "https://user:secret@erp.example.com/",
            "https://erp.example.com/#part",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
