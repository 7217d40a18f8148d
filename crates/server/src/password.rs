//! Passwords: Argon2id, within limits.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Shortest password, in characters (OWASP ASVS 6.2.9 asks for at least this with no second
/// factor; no rules about kinds of characters).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password, in characters.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Passwords hashed at the same time: each takes 19 MiB and a core.
const HASHES_AT_ONCE_MAX: usize = 4;
/// Sign-ins that may wait for their turn; more are told to come back.
const HASHES_WAITING_MAX: usize = 64;
/// OWASP's first choice of parameters for Argon2id: 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Passwords that guessers try first, with at least twelve characters, lower-cased.
const COMMON: &str = include_str!("common-passwords.txt");

/// Hashes and compares passwords, a few at a time, off the threads that serve requests.
#[derive(Clone)]
pub struct Passwords {
    params: Params,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new(Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default())
    }
}

impl Passwords {
    fn new(params: Params) -> Self {
        Self {
            params,
            turns: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)),
            waiting: Arc::new(Semaphore::new(HASHES_WAITING_MAX)),
        }
    }

    /// Too cheap to protect anything, so that tests are not about hashing.
    #[cfg(test)]
    pub(crate) fn cheap() -> Self {
        Self::new(Params::new(Params::MIN_M_COST, 1, 1, None).unwrap_or_default())
    }

    /// A password that may be kept as the hash (a PHC string) that stands for it.
    pub async fn hash(&self, password: &str) -> Result<String, Problem> {
        let password = password.to_owned();
        let hashed = self.run(move |argon| {
            argon.hash_password(password.as_bytes()).map(|hash| hash.to_string())
        });
        hashed.await?.map_err(|error| {
            tracing::error!(error = %error, "password.hash failed");
            Problem::internal()
        })
    }

    /// Whether the hash stands for this password. Without a hash (nobody has this address) the
    /// same work is done, so that the time does not tell who has an account.
    pub async fn matches(&self, password: &str, hash: Option<String>) -> Result<bool, Problem> {
        // No password that can be chosen is that long.
        if password.chars().count() > PASSWORD_CHARS_MAX {
            return Ok(false);
        }
        let password = password.to_owned();
        self.run(move |argon| {
            if let Some(Ok(hash)) = hash.as_deref().map(PasswordHash::new) {
                argon.verify_password(password.as_bytes(), &hash).is_ok()
            } else {
                let _ = argon.hash_password(password.as_bytes());
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let busy = || Problem::busy("too many people are signing in");
        let waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| busy())?;
        drop(waiting);
        let params = self.params.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work, not by the request: one that is given up still hashes.
            let _turn = turn;
            work(&Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
        });
        done.await.map_err(|error| {
            tracing::error!(error = %error, "password.work failed");
            Problem::internal()
        })
    }
}

/// Whether a password may be chosen; says why not.
pub fn check_password(password: &str) -> Result<(), String> {
    let length = password.chars().count();
    if length < PASSWORD_CHARS_MIN {
        return Err(format!("at least {PASSWORD_CHARS_MIN} characters"));
    }
    if length > PASSWORD_CHARS_MAX {
        return Err(format!("at most {PASSWORD_CHARS_MAX} characters"));
    }
    let lower = password.to_lowercase();
    let one_character = lower.chars().all(|c| lower.starts_with(c));
    if one_character || COMMON.lines().any(|common| common == lower) {
        return Err("is among the passwords that are tried first: choose another".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_the_usual_ones_are_refused() {
        assert!(check_password("correct horse battery").is_ok());
        assert!(check_password("пароль-пароль").is_ok());
        for bad in ["short", "Password1234", "aaaaaaaaaaaaaa", &"x1".repeat(65)] {
            assert!(check_password(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_hash_stands_for_its_password_alone() {
        let passwords = Passwords::cheap();
        let hash = passwords.hash("correct horse battery").await.expect("hashed");
        assert!(hash.starts_with("$argon2id$"));
        let right = passwords.matches("correct horse battery", Some(hash.clone())).await;
        let wrong = passwords.matches("correct horse batter", Some(hash)).await;
        let nobody = passwords.matches("correct horse battery", None).await;
        assert_eq!((right, wrong, nobody), (Ok(true), Ok(false), Ok(false)));
    }
}
