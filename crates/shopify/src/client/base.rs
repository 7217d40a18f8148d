//! A shop's address.

use std::fmt;

use url::{Host, Url};

/// Where a shop is: a scheme, a host and perhaps a port, nothing else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Base(Url);

/// Why a text is no shop's address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BaseError {
    /// Not an address at all.
    #[error("{0} is no address of a shop; give https://NAME.myshopify.com")]
    NotAnAddress(String),
    /// A token would cross the network for everybody to read.
    #[error("{0} would send the token unencrypted; http is for this machine only")]
    Unencrypted(String),
}

impl Base {
    /// Reads an address such as `https://example.myshopify.com`, or the bare host. `http` is taken
    /// for this machine only.
    pub fn parse(text: &str) -> Result<Self, BaseError> {
        let text = text.trim();
        let not = || BaseError::NotAnAddress(text.to_owned());
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&whole).map_err(|_| not())?;
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.path() == "/";
        let is_named = url.host().is_some_and(|host| match host {
            Host::Domain(name) => name.contains('.') || name == "localhost",
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        });
        if !is_bare || !is_named {
            return Err(not());
        }
        url.set_path("/");
        let base = Self(url);
        match base.0.scheme() {
            "https" => Ok(base),
            "http" if base.is_here() => Ok(base),
            "http" => Err(BaseError::Unencrypted(text.to_owned())),
            _ => Err(not()),
        }
    }

    /// Whether it is this machine: no proxy leads there.
    pub(crate) fn is_here(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether it is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The host alone, as the shop names itself.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// An address below; `path` begins without a slash.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_shops_are_read() {
        for (text, shown) in [
            ("https://acme.myshopify.com", "https://acme.myshopify.com"),
            (" Acme.myshopify.com/ ", "https://acme.myshopify.com"),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
            ("http://[::1]:4010/", "http://[::1]:4010"),
            ("http://localhost:4010", "http://localhost:4010"),
        ] {
            assert_eq!(Base::parse(text).unwrap().to_string(), shown);
        }
        let base = Base::parse("acme.myshopify.com").unwrap();
        assert_eq!(base.join("admin/api/x").as_str(), "https://acme.myshopify.com/admin/api/x");
        assert_eq!(base.host(), "acme.myshopify.com");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "acme",
            "ftp://acme.myshopify.com",
            "https://user:word@acme.myshopify.com",
            "https://acme.myshopify.com/admin",
            "https://acme.myshopify.com?x=1",
            "https://acme.myshopify.com/#x",
        ] {
            assert!(matches!(Base::parse(text), Err(BaseError::NotAnAddress(_))), "{text}");
        }
        for text in ["http://acme.myshopify.com", "http://10.0.0.1:80"] {
            assert!(matches!(Base::parse(text), Err(BaseError::Unencrypted(_))), "{text}");
        }
    }
}
