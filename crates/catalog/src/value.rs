//! Single values: codes, quantities, prices.

use onhand_domain::{
    Money,
    identifier::{clean, is_rounded},
};

/// Units of one SKU that a file may claim: what one movement may carry.
pub(crate) use onhand_domain::plan::QUANTITY_MAX;
/// Price or cost of one unit, in the currency unit.
pub(crate) const AMOUNT_MAX: i64 = 100_000_000;

/// What is wrong with a value, and what to do about it.
pub(crate) type Fault = (String, &'static str);

/// A barcode, cleaned. One that a spreadsheet turned into a number has lost its digits for good.
pub(crate) fn barcode(text: &str) -> Result<String, Fault> {
    let code = clean(text);
    if is_rounded(&code) {
        return Err((
            "is a number that a spreadsheet has rounded, not a barcode".to_owned(),
            "export the file again, and format the column as text before saving it",
        ));
    }
    Ok(code)
}

/// A whole number of units; none where nothing stands there.
pub(crate) fn quantity(text: &str) -> Result<Option<i64>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let remedy = "write a whole number such as 12 or -3, or leave it empty";
    match text.parse::<i64>() {
        Ok(n) if n.unsigned_abs() <= QUANTITY_MAX.unsigned_abs() => Ok(Some(n)),
        Ok(_) => Err((format!("is more than {QUANTITY_MAX} units"), remedy)),
        Err(_) => Err(("is not a whole number".to_owned(), remedy)),
    }
}

/// A price or a cost; none where nothing stands there.
pub(crate) fn amount(text: &str) -> Result<Option<Money>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let remedy = "write digits with up to four decimals after a point, as in 12.50";
    match text.parse::<Money>() {
        Ok(money) if money.0 < 0 => Err(("is less than nothing".to_owned(), remedy)),
        Ok(money) if money.0 / Money::SCALE > AMOUNT_MAX => {
            Err((format!("is more than {AMOUNT_MAX}"), remedy))
        }
        Ok(money) => Ok(Some(money)),
        Err(_) => Err(("is not an amount".to_owned(), remedy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_is_cleaned_and_not_rounded() {
        assert_eq!(barcode("'012"), Ok("012".to_owned()));
        assert!(barcode("7.41361E+11").is_err());
        assert!(barcode("'7.41361E+11").is_err());
    }

    #[test]
    fn quantities_are_whole() {
        assert_eq!(quantity(" -3 "), Ok(Some(-3)));
        assert_eq!(quantity(""), Ok(None));
        for wrong in ["1.5", "1,000", "two", "1000001", "-9223372036854775808"] {
            assert!(quantity(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_not_negative() {
        assert_eq!(amount("10.99"), Ok(Some(Money(109_900))));
        assert_eq!(amount("  "), Ok(None));
        for wrong in ["-1", "10,99", "$5", "100000001"] {
            assert!(amount(wrong).is_err(), "{wrong}");
        }
    }
}
