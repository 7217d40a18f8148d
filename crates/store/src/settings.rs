//! Settings of the retailer as a whole.

use sea_orm::{ConnectionTrait, EntityTrait, Set, sea_query::OnConflict};

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

/// The currencies to choose from, by code: those of ISO 4217 that people pay with, without its
/// funds, metals and codes for tests.
#[rustfmt::skip]
pub const CURRENCIES: [&str; 155] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD",
    "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF",
    "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN",
    "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD",
    "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES",
    "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL",
    "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN",
    "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK",
    "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT",
    "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED", "VES",
    "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
];

/// What holds for the retailer as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The currency of all amounts, ISO 4217.
    pub currency: String,
}

/// What is to change; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// One of [`CURRENCIES`].
    pub currency: Option<String>,
}

impl Store {
    /// What holds for the retailer as a whole.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        load(&self.reader()).await
    }

    /// The currency of all amounts, ISO 4217.
    pub async fn currency(&self) -> Result<String, StoreError> {
        Ok(self.settings().await?.currency)
    }

    /// Changes settings. A new currency gives the amounts another name: they stay as they are,
    /// nothing is converted.
    pub async fn update_settings(
        &self,
        by: &By,
        change: SettingsChange,
    ) -> Result<Settings, WriteError> {
        let unit = Unit::begin(self, by).await?;
        let before = load(&unit.tx).await?;
        let mut subject = "settings".to_owned();
        if let Some(currency) = change.currency {
            check_currency(&currency)?;
            subject = format!("settings: currency {} -> {currency}", before.currency);
            put(&unit.tx, CURRENCY, currency).await?;
        }
        let changed = load(&unit.tx).await?;
        unit.commit(None, subject).await?;
        Ok(changed)
    }
}

async fn load<C: ConnectionTrait>(db: &C) -> Result<Settings, StoreError> {
    let row = settings::Entity::find_by_id(CURRENCY).one(db).await?;
    Ok(Settings { currency: row.map_or_else(|| CURRENCY_DEFAULT.to_owned(), |row| row.value) })
}

async fn put<C: ConnectionTrait>(db: &C, key: &str, value: String) -> Result<(), StoreError> {
    let row = settings::ActiveModel { key: Set(key.to_owned()), value: Set(value) };
    let replace =
        OnConflict::column(settings::Column::Key).update_column(settings::Column::Value).to_owned();
    settings::Entity::insert(row).on_conflict(replace).exec(db).await?;
    Ok(())
}

/// A code that nobody pays with breaks every screen that shows an amount: browsers refuse to
/// format it.
fn check_currency(code: &str) -> Result<(), Refusal> {
    if CURRENCIES.contains(&code) {
        return Ok(());
    }
    let detail = "the three capital letters of a currency in use (ISO 4217), as in EUR";
    Err(Refusal::invalid("/currency", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_three_capital_letters_in_order() {
        assert!(CURRENCIES.is_sorted_by(|a, b| a < b));
        let fits = |c: &&str| c.len() == 3 && c.bytes().all(|b| b.is_ascii_uppercase());
        assert!(CURRENCIES.iter().all(fits));
        assert!(CURRENCIES.contains(&CURRENCY_DEFAULT));
    }

    #[test]
    fn only_a_currency_that_people_pay_with_is_taken() {
        for good in ["EUR", "USD", "JPY", "ZWG"] {
            assert!(check_currency(good).is_ok(), "{good}");
        }
        for bad in ["", "eur", "EU", "EURO", "XXX", "XTS", "DEM", "€", "EUR "] {
            assert!(check_currency(bad).is_err(), "{bad:?}");
        }
    }
}
