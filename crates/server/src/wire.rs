//! How values look in JSON: times, money, lists.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use onhand_domain::{Micros, Money};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::problem::Problem;

/// Entries of a page where the request does not say.
pub(crate) const PAGE_LIMIT_DEFAULT: u32 = 50;
/// Most entries of a page.
pub(crate) const PAGE_LIMIT_MAX: u32 = 200;

/// A moment: RFC 3339 in UTC, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-03-01T09:30:00.25Z")]
pub(crate) struct ApiTime(pub(crate) Micros);

impl From<Micros> for ApiTime {
    fn from(at: Micros) -> Self {
        Self(at)
    }
}

impl Serialize for ApiTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = self.0.to_timestamp().ok_or_else(|| {
            serde::ser::Error::custom("a time outside the years that can be written")
        })?;
        serializer.collect_str(&at)
    }
}

impl<'de> Deserialize<'de> for ApiTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at: jiff::Timestamp = text
            .parse()
            .map_err(|_| serde::de::Error::custom("write a time as in 2026-03-01T09:30:00Z"))?;
        Ok(Self(at.into()))
    }
}

/// An amount of the retailer's currency: a string with up to four decimals. Never a JSON number,
/// which readers turn into a binary fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, pattern = r"^-?\d{1,15}(\.\d{1,4})?$", example = "12.50")]
pub(crate) struct ApiMoney(pub(crate) Money);

impl From<Money> for ApiMoney {
    fn from(amount: Money) -> Self {
        Self(amount)
    }
}

impl Serialize for ApiMoney {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ApiMoney {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// For PATCH: absent (`None`) stays, null (`Some(None)`) is taken away. Use with
/// `#[serde(default, deserialize_with = "nullable")]`.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(crate) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The entries.
    pub(crate) items: Vec<T>,
    /// Ask for the next page with it; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of `rows` that were read with [`Limit::rows`], one more than asked for: whether
    /// there is a next page is known without counting. `key` gives what the next page starts
    /// after.
    pub(crate) fn new<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: Limit,
        key: impl Fn(&R) -> K,
        item: impl FnMut(R) -> T,
    ) -> Self {
        let wanted = limit.0 as usize;
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next_cursor = rows.last().filter(|_| more).map(|row| Cursor::after(&key(row)).0);
        Self { items: rows.into_iter().map(item).collect(), next_cursor }
    }
}

/// How many entries a page shall have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "u32")]
#[schema(value_type = u32, minimum = 1, maximum = 200, default = 50)]
pub(crate) struct Limit(u32);

impl Default for Limit {
    fn default() -> Self {
        Self(PAGE_LIMIT_DEFAULT)
    }
}

impl TryFrom<u32> for Limit {
    type Error = String;

    fn try_from(limit: u32) -> Result<Self, String> {
        if (1..=PAGE_LIMIT_MAX).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(format!("1 to {PAGE_LIMIT_MAX}"))
        }
    }
}

impl Limit {
    /// How many rows to read: one more than the page has.
    pub(crate) fn rows(self) -> u64 {
        u64::from(self.0) + 1
    }
}

/// Where the next page starts. Opaque: what is inside may change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub(crate) struct Cursor(String);

impl Cursor {
    /// The cursor of whatever comes after `key`.
    pub(crate) fn after<K: Serialize>(key: &K) -> Self {
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()))
    }

    /// As it is handed out.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// The key that was put in.
    pub(crate) fn key<K: DeserializeOwned>(&self) -> Result<K, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok();
        bytes.and_then(|b| serde_json::from_slice(&b).ok()).ok_or_else(|| {
            let detail = "is not a cursor of this list: start again without one";
            Problem::malformed("invalid-query", format!("?cursor: {detail}")).at("?cursor", detail)
        })
    }
}

/// The key of an optional cursor.
pub(crate) fn start_after<K: DeserializeOwned>(
    cursor: Option<&Cursor>,
) -> Result<Option<K>, Problem> {
    cursor.map(Cursor::key).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_money_are_texts() {
        let time: ApiTime =
            serde_json::from_str(r#""2026-03-01T10:30:00.25+01:00""#).expect("read");
        assert_eq!(serde_json::to_string(&time).expect("ok"), r#""2026-03-01T09:30:00.25Z""#);
        let money: ApiMoney = serde_json::from_str(r#""12.5""#).expect("read");
        assert_eq!(serde_json::to_string(&money).expect("ok"), r#""12.50""#);
        assert!(serde_json::from_str::<ApiMoney>("12.5").is_err());
    }

    #[test]
    fn a_page_knows_whether_there_is_more() {
        let limit = Limit(2);
        assert_eq!(limit.rows(), 3);
        let page = Page::new(vec![1, 2, 3], limit, |n| *n, |n| n * 10);
        assert_eq!(page.items, [10, 20]);
        let cursor = Cursor(page.next_cursor.expect("more"));
        assert_eq!(cursor.key::<i32>().expect("own"), 2);
        assert_eq!(Page::new(vec![1, 2], limit, |n| *n, |n| n).next_cursor, None);
        assert!(Cursor("?".to_owned()).key::<i32>().is_err());
    }
}
