//! Reads both databases side by side and compares every value.

use futures::TryStreamExt as _;

use super::{Step, cell::Link, copy::Account, error::MoveError};

/// Rows between two words on how far it is.
const TELL_ROWS: u64 = 50_000;

/// Compares the table; `done` of the account are the rows that were equal so far.
pub(super) async fn compare(
    source: Link<'_>,
    target: Link<'_>,
    mut account: Account<'_>,
) -> Result<(), MoveError> {
    let table = account.table;
    let mut left = source.rows(table, 0);
    let mut right = target.rows(table, 0);
    loop {
        let (source, target) = tokio::join!(left.try_next(), right.try_next());
        let rows = (source.map_err(MoveError::Database)?, target.map_err(MoveError::Database)?);
        match rows {
            (None, None) => break,
            (Some(source), Some(target)) if source == target => account.done += 1,
            (Some(row), _) | (None, Some(row)) => {
                let at = table.key_of(&row);
                return Err(MoveError::Differs { table: table.name.clone(), at });
            }
        }
        if account.done.is_multiple_of(TELL_ROWS) {
            account.tell(Step::Compare);
        }
    }
    account.tell(Step::Compare);
    Ok(())
}
