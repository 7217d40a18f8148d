//! The one source of a shop's tokens.

use std::sync::Arc;

use async_trait::async_trait;
use onhand_domain::Micros;
use onhand_store::Clock;
use tokio::sync::Mutex;

use super::{Credentials, Endpoint, Secret, Token, TokenError};

/// The part of a token's life after which it is renewed, in percent.
pub const RENEW_AT_PERCENT: i64 = 80;
/// After a renewal that failed while the old token is still good, how long it is used before the
/// next try.
const RETRY_MICROS: i64 = 30 * Micros::SECOND;

/// A token couldn't be read or written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct KeepError(pub String);

/// Where tokens outlive the process. A refresh token that is lost can't be got again without a
/// person, so a new pair is kept before it is first used.
#[async_trait]
pub trait TokenKeeper: Send + Sync {
    /// The token that was kept last, by this node or another.
    async fn load(&self) -> Result<Option<Token>, KeepError>;
    /// Keeps a token; done once it can't be lost.
    async fn keep(&self, token: &Token) -> Result<(), KeepError>;
}

/// Gives the token to use now, and renews it at [`RENEW_AT_PERCENT`] of its life. However many
/// ask, one renewal is under way.
pub struct Tokens {
    credentials: Credentials,
    endpoint: Endpoint,
    keeper: Arc<dyn TokenKeeper>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Kept, and the shop hasn't refused it.
    token: Option<Token>,
    /// Got and not yet kept: not to be used.
    unkept: Option<Token>,
    /// Refused by the shop, whatever its end says.
    refused: Option<Secret>,
    /// No renewal before.
    retry_at: Option<i64>,
}

impl Tokens {
    /// A source for one shop.
    pub fn new(
        credentials: Credentials,
        endpoint: Endpoint,
        keeper: Arc<dyn TokenKeeper>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { credentials, endpoint, keeper, clock, state: Mutex::default() }
    }

    /// The token to use now.
    pub async fn token(&self) -> Result<Secret, TokenError> {
        if let Credentials::Static { token } = &self.credentials {
            return Ok(token.clone());
        }
        // Held while renewing: whoever else asks meanwhile gets the token of this renewal.
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        if state.token.is_none() {
            state.token = self.load().await?;
        }
        if let Some(token) = state.usable(now).filter(|token| !token.is_due(now)) {
            return Ok(token.access.clone());
        }
        if let (Some(token), Some(retry_at)) = (state.usable(now), state.retry_at)
            && now.0 < retry_at
        {
            return Ok(token.access.clone());
        }
        match self.renew(&mut state, now).await {
            Ok(token) => Ok(token),
            Err(failure) => {
                state.retry_at = Some(now.plus(RETRY_MICROS).0);
                // Up to its end the old token is as good as a new one.
                state.usable(now).map(|token| token.access.clone()).ok_or(failure)
            }
        }
    }

    /// The shop refused this token though it should be good. Says whether another can be had.
    pub async fn refused(&self, token: &Secret) -> bool {
        if matches!(self.credentials, Credentials::Static { .. }) {
            return false;
        }
        let mut state = self.state.lock().await;
        // Several requests with the same old token come back refused: one renewal answers all.
        if state.token.as_ref().is_some_and(|held| held.access == *token) {
            state.refused = Some(token.clone());
        }
        true
    }

    async fn load(&self) -> Result<Option<Token>, TokenError> {
        self.keeper.load().await.map_err(|failure| TokenError::Failed(failure.0))
    }

    async fn renew(&self, state: &mut State, now: Micros) -> Result<Secret, TokenError> {
        if state.unkept.is_none() {
            // Another node may have renewed it; its refresh token is then the only good one.
            let kept = self.load().await?;
            if kept.is_some() && kept != state.token {
                state.token = kept;
                if let Some(token) = state.usable(now).filter(|token| !token.is_due(now)) {
                    return Ok(token.access.clone());
                }
            }
            let refresh = state.token.as_ref().and_then(|token| token.refresh.as_ref());
            let mut token = self.endpoint.grant(&self.credentials, refresh, now).await?;
            // An answer without a refresh token leaves the old one in force.
            token.refresh = token.refresh.or_else(|| refresh.cloned());
            state.unkept = Some(token);
        }
        if let Some(token) = &state.unkept {
            let kept = self.keeper.keep(token).await;
            kept.map_err(|failure| TokenError::NotKept(failure.0))?;
        }
        let token = state.unkept.take().ok_or_else(|| TokenError::NotKept(String::new()))?;
        let access = token.access.clone();
        *state = State { token: Some(token), ..State::default() };
        Ok(access)
    }
}

impl State {
    /// The token, if it is neither at its end nor refused.
    fn usable(&self, now: Micros) -> Option<&Token> {
        let token = self.token.as_ref()?;
        let ended = token.expires_at.is_some_and(|end| now.0 >= end);
        let refused = self.refused.as_ref() == Some(&token.access);
        (!ended && !refused).then_some(token)
    }
}

impl Token {
    /// Whether it is time for the next one.
    fn is_due(&self, now: Micros) -> bool {
        self.expires_at.is_some_and(|end| {
            let life = end.saturating_sub(self.obtained_at).max(0);
            now.0 >= self.obtained_at.saturating_add(life / 100 * RENEW_AT_PERCENT)
        })
    }
}
