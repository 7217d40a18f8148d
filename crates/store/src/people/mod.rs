//! People, API keys, and what each of them may do.

mod access;
mod grants;
mod keys;
mod principals;
mod users;

pub use access::Signed;
pub use grants::{HeldRole, NewGrant};
pub use keys::{ApiKey, KeySecret, NewApiKey};
pub use principals::Kind;
pub(crate) use users::email_key;
pub use users::{NewUser, User, UserChange};
