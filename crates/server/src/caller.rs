//! Who calls, and what they may do here and now.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{HeaderMap, header, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use onhand_domain::{Access, FacilityId, FacilityScope, Permission, PrincipalId};
use onhand_store::{By, Directory, StoreError, audit, people::Signed};

use crate::{denials::Verdict, problem::Problem, state::AppState};

/// The cookie that carries a session. `__Host-` makes browsers insist on `Secure`, on this host
/// alone and on the whole of it.
pub(crate) const SESSION_COOKIE: &str = "__Host-onhand";
/// What every API key starts with, so that secret scanners recognise one.
pub(crate) const KEY_PREFIX: &str = "ohk_";
/// Longest credential that is looked at, in bytes.
const CREDENTIAL_BYTES_MAX: usize = 256;
/// How often something is tried again because rights or settings have changed meanwhile. An import
/// changes them several times in a moment; somebody who posts meanwhile must not notice.
pub(crate) const ANEW_MAX: usize = 5;

/// How the caller showed who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A browser's cookie, with the session's token.
    Session(Vec<u8>),
    /// An API key.
    Key(String),
}

/// Somebody who is signed in, with their rights as of this request.
pub(crate) struct Caller {
    /// Who.
    pub(crate) signed: Arc<Signed>,
    /// How they showed it.
    pub(crate) credential: Credential,
    operation: Arc<str>,
    /// Where their rights were looked up.
    directory: Directory,
    state: AppState,
}

/// Somebody who is signed in, with their rights as this node remembers them. Good for what the
/// posting engine compares with the directory's version before it writes.
pub(crate) struct RememberedCaller(Caller);

impl RememberedCaller {
    /// The caller, for what posts by [`Store::post_as_of`](onhand_store::Store::post_as_of).
    pub(crate) fn into_caller(self) -> Caller {
        self.0
    }
}

/// A decision that allowed something, to be handed to whatever does it and recorded there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorised {
    /// On whose behalf, and by which rule.
    pub(crate) by: By,
}

impl Caller {
    /// Whoever calls.
    pub(crate) fn id(&self) -> PrincipalId {
        self.signed.id
    }

    /// What they may do.
    pub(crate) fn access(&self) -> &Access {
        &self.signed.access
    }

    /// What their rights and the request's other grounds rest on.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// After a failure: the caller as of now, to try again with, so that nobody is refused what
    /// they may do since a moment ago; or the problem, where nothing has changed.
    pub(crate) async fn anew(&self, problem: Problem) -> Result<Self, Problem> {
        self.as_of_now().await?.ok_or(problem)
    }

    /// The same caller with their rights as of now; none where nothing has changed.
    async fn as_of_now(&self) -> Result<Option<Self>, Problem> {
        let directory = self.state.store.directory().await?;
        if directory.version() == self.directory.version() {
            return Ok(None);
        }
        let (credential, operation) = (self.credential.clone(), self.operation.clone());
        Self::of(credential, operation, directory, &self.state).await.map(Some)
    }

    /// Fails where what was remembered is out of date, so that nobody is refused for it, and
    /// nothing is held against them.
    pub(crate) async fn require_current(&self) -> Result<(), Problem> {
        let directory = self.state.store.directory().await?;
        let current = directory.version() == self.directory.version();
        if current { Ok(()) } else { Err(StoreError::Outdated.into()) }
    }

    async fn of(
        credential: Credential,
        operation: Arc<str>,
        directory: Directory,
        state: &AppState,
    ) -> Result<Self, Problem> {
        let signed = match &credential {
            Credential::Key(key) => directory.signed_by_key(key).await?,
            Credential::Session(token) => directory.signed_by_session(token).await?,
        };
        let signed = signed.ok_or_else(Problem::signed_out)?;
        Ok(Self { signed, credential, operation, directory, state: state.clone() })
    }

    /// May the caller do this at `facility`, or for the whole retailer where it is `None`?
    ///
    /// Where they may not even know of the facility: 404 `unknown-facility`. Where they see it:
    /// 403 `not-permitted`. Both are recorded (within [`crate::denials`]' limit). Whether the
    /// facility exists is for the store to
    /// say: somebody with rights everywhere passes here with an id that nobody has.
    pub(crate) async fn authorise(
        &self,
        permission: Permission,
        facility: Option<FacilityId>,
    ) -> Result<Authorised, Problem> {
        let decision = self.access().decide(permission, facility);
        let blind = facility.filter(|id| self.access().counts_blind(permission, *id));
        if decision.allowed && blind.is_some() {
            self.record_denial("counts blind there".to_owned(), blind).await?;
            return Err(Problem::counting_blind());
        }
        if decision.allowed {
            return Ok(Authorised { by: self.by(decision.rule) });
        }
        self.record_denial(decision.rule, facility).await?;
        match facility {
            Some(id) if !self.access().may(Permission::StockView, id) => {
                Err(Problem::unknown("facility"))
            }
            _ => Err(Problem::not_permitted(permission)),
        }
    }

    /// The facilities where the caller may do this: the first argument of each list query.
    /// 403 where no role of theirs allows it anywhere. Where they count blind and it would show
    /// them stock, the facility is not among them.
    pub(crate) async fn scope(&self, permission: Permission) -> Result<FacilityScope, Problem> {
        self.require_somewhere(permission).await?;
        Ok(self.access().sighted_scope(permission))
    }

    /// The facilities whose names the caller may know, whether or not they count there.
    pub(crate) async fn known_facilities(&self) -> Result<FacilityScope, Problem> {
        self.require_somewhere(Permission::StockView).await?;
        Ok(self.access().scope(Permission::StockView))
    }

    /// The facility as a scope, where the caller may know of it, whether or not they count there.
    pub(crate) async fn known_at(&self, facility: FacilityId) -> Result<FacilityScope, Problem> {
        if self.access().may(Permission::StockView, facility) {
            return Ok(FacilityScope::Only([facility].into()));
        }
        self.scope_at(Permission::StockView, Some(facility)).await
    }

    /// As [`Caller::authorise`], for what shows no stock though its permission could.
    pub(crate) async fn authorise_blindly(
        &self,
        permission: Permission,
        facility: FacilityId,
    ) -> Result<Authorised, Problem> {
        let decision = self.access().decide(permission, Some(facility));
        if decision.allowed {
            return Ok(Authorised { by: self.by(decision.rule) });
        }
        self.authorise(permission, Some(facility)).await
    }

    async fn require_somewhere(&self, permission: Permission) -> Result<(), Problem> {
        let held = |grant: &onhand_domain::Grant| grant.role.permissions.contains(&permission);
        let scope = self.access().scope(permission);
        let nowhere = scope == FacilityScope::none() && permission.is_global();
        if self.access().grants.iter().any(held) && !nowhere {
            return Ok(());
        }
        let rule = self.access().decide(permission, None).rule;
        self.record_denial(rule, None).await?;
        Err(Problem::not_permitted(permission))
    }

    /// As [`Caller::scope`], narrowed to one facility where the request names one.
    pub(crate) async fn scope_at(
        &self,
        permission: Permission,
        facility: Option<FacilityId>,
    ) -> Result<FacilityScope, Problem> {
        let Some(id) = facility else { return self.scope(permission).await };
        self.authorise(permission, Some(id)).await?;
        Ok(FacilityScope::Only([id].into()))
    }

    /// For what everybody may do with what is their own.
    pub(crate) fn own(&self) -> Authorised {
        Authorised { by: self.by("their own".to_owned()) }
    }

    fn by(&self, rule: String) -> By {
        By { actor: self.id(), action: self.operation.to_string(), rule }
    }

    async fn record_denial(
        &self,
        rule: String,
        facility: Option<FacilityId>,
    ) -> Result<(), Problem> {
        self.require_current().await?;
        tracing::info!(operation = %self.operation, actor = %self.id(), %rule, "access.denied");
        let rule = match self.state.denials.count(self.id(), self.state.store.clock().now()) {
            Verdict::Record => rule,
            Verdict::RecordAsLast => format!("{rule}; more in this minute are only counted"),
            Verdict::Count => {
                metrics::counter!("onhand_denials_unrecorded_total").increment(1);
                return Ok(());
            }
        };
        let entry = audit::Entry {
            actor: Some(self.id()),
            action: self.operation.to_string(),
            facility,
            allowed: false,
            rule,
            subject: None,
        };
        Ok(self.state.store.record_decision(entry).await?)
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let credential = credential_of(parts)?;
        let directory = state.store.directory().await?;
        Self::of(credential, operation_of(parts, state), directory, state).await
    }
}

impl FromRequestParts<AppState> for RememberedCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let (credential, operation) = (credential_of(parts)?, operation_of(parts, state));
        let remembered = state.store.remembered();
        let known = Caller::of(credential.clone(), operation.clone(), remembered, state).await;
        if let Ok(caller) = known {
            return Ok(Self(caller));
        }
        // Perhaps signed in on another node a moment ago.
        let directory = state.store.directory().await?;
        Caller::of(credential, operation, directory, state).await.map(Self)
    }
}

/// The operation that a request asks for.
fn operation_of(parts: &Parts, state: &AppState) -> Arc<str> {
    let path = parts.extensions.get::<MatchedPath>().map_or("", |p| p.as_str());
    state.operations.id(&parts.method, path)
}

/// What a request shows of who sends it.
fn credential_of(parts: &Parts) -> Result<Credential, Problem> {
    if let Some(key) = key_of(&parts.headers)? {
        return Ok(Credential::Key(key.to_owned()));
    }
    session_of(&parts.headers).map(Credential::Session).ok_or_else(Problem::signed_out)
}

/// The API key of a request. A key that isn't one is refused, not passed over for the cookie.
fn key_of(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().ok().filter(|t| t.len() <= CREDENTIAL_BYTES_MAX);
    let (scheme, key) = text.and_then(|t| t.split_once(' ')).ok_or_else(Problem::signed_out)?;
    if scheme.eq_ignore_ascii_case("bearer") && key.starts_with(KEY_PREFIX) {
        Ok(Some(key))
    } else {
        Err(Problem::signed_out())
    }
}

/// The session's token in the cookies of a request.
pub(crate) fn session_of(headers: &HeaderMap) -> Option<Vec<u8>> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == SESSION_COOKIE && value.len() <= CREDENTIAL_BYTES_MAX)
        .and_then(|(_, value)| URL_SAFE_NO_PAD.decode(value).ok())
}
