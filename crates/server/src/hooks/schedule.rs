//! When a message that did not arrive is sent again.

use onhand_domain::Micros;

const SECOND: i64 = Micros::SECOND;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Pauses after each try, as the Standard Webhooks specification has them: a receiver that is down
/// for a weekend gets everything.
pub(super) const PAUSES: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// By what part of a pause it may be longer, so that not all messages come back at once.
const JITTER: i64 = 10;

/// The pause after so many tries, in microseconds; none where that was the last one. `dice` is any
/// number.
pub(super) fn after(tries: i64, dice: u32) -> Option<i64> {
    let index = usize::try_from(tries.saturating_sub(1)).ok()?;
    let pause = *PAUSES.get(index)?;
    Some(pause + i64::from(dice).rem_euclid(pause / JITTER + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        assert_eq!(after(1, 0), Some(5 * SECOND));
        for (tries, pause) in (1..).zip(PAUSES) {
            for dice in [0, 7, u32::MAX] {
                let waits = after(tries, dice).expect("again");
                assert!((pause..=pause + pause / JITTER).contains(&waits), "{tries} {waits}");
            }
        }
        assert_eq!(after(10, 0), None, "the tenth was the last");
    }
}
