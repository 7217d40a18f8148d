//! What holds for the retailer as a whole.

mod get_settings;
mod update_settings;

use onhand_store::settings as store;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_settings::get_settings, update_settings::update_settings))
}

/// What holds for the retailer as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// The currency of all amounts, ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    pub(crate) currency: String,
    /// The currencies to choose from.
    #[schema(value_type = Vec<String>)]
    pub(crate) currencies: &'static [&'static str],
}

impl From<store::Settings> for Settings {
    fn from(settings: store::Settings) -> Self {
        Self { currency: settings.currency, currencies: &store::CURRENCIES }
    }
}
