//! Settings of the retailer as a whole.

use sea_orm::{EntityTrait, Set, sea_query::OnConflict};

use crate::{
    Store,
    entities::settings,
    error::StoreError,
    refusal::{Refusal, WriteError},
    unit::{By, Unit},
};

/// The setting with the currency of all amounts.
const CURRENCY: &str = "currency";
/// The currency until somebody sets another.
const CURRENCY_DEFAULT: &str = "EUR";

impl Store {
    /// The currency of all amounts, ISO 4217.
    pub async fn currency(&self) -> Result<String, StoreError> {
        let row = settings::Entity::find_by_id(CURRENCY).one(&self.reader()).await?;
        Ok(row.map_or_else(|| CURRENCY_DEFAULT.to_owned(), |row| row.value))
    }

    /// Names the currency. Amounts stay as they are: nothing is converted.
    pub async fn set_currency(&self, by: &By, code: &str) -> Result<(), WriteError> {
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Refusal::invalid("/currency", "three capital letters as in EUR").into());
        }
        let unit = Unit::begin(self, by).await?;
        let row =
            settings::ActiveModel { key: Set(CURRENCY.to_owned()), value: Set(code.to_owned()) };
        let replace = OnConflict::column(settings::Column::Key)
            .update_column(settings::Column::Value)
            .to_owned();
        settings::Entity::insert(row).on_conflict(replace).exec(&unit.tx).await?;
        Ok(unit.commit(None, format!("currency {code}")).await?)
    }
}
