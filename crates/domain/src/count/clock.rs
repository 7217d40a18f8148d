//! When something was scanned, by the server's clock.
//!
//! A device's clock may be wrong by hours, and a count is compared with the book at the moment of
//! its scan. So a device says, with each sending, what its clock shows; the difference to the
//! server's is taken off its scans (inventory-accuracy, section 2.4). What can't be known better
//! is said: the line then has a window instead of a moment.

use crate::time::Micros;

/// A clock that differs from the server's by no more than this is right: so much may a sending
/// take on its way. Microseconds.
pub const CLOCK_OFFSET_MAX_MICROS: i64 = 2 * Micros::SECOND;
/// By how much the time of a scan may still be wrong after a correction: the way of the sending
/// is in the difference, too. Microseconds.
pub const CLOCK_UNCERTAINTY_MICROS: i64 = 2 * Micros::SECOND;

/// The most that a time is ever said to be wrong by: whoever adds it to a time must not overflow.
/// Microseconds; a hundred years.
pub const UNCERTAINTY_MAX_MICROS: i64 = 36_500 * Micros::DAY;

/// What a device's clock showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceTime {
    /// When the scan was made, by the device's clock.
    pub at: Micros,
    /// By how much the device itself thinks that this may be wrong, in microseconds, ≥ 0.
    pub uncertainty: i64,
    /// Server clock − device clock, in microseconds, where it was measured.
    pub offset: Option<i64>,
}

/// When something was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanTime {
    /// By the server's clock.
    pub at: Micros,
    /// By how much that may be wrong, either way, in microseconds.
    pub uncertainty: i64,
}

impl DeviceTime {
    /// The time by the server's clock: never after `received_at`, when the server learned of the
    /// scan, nor before `opened_at`, when there was nothing to count yet.
    pub fn by_server(self, opened_at: Micros, received_at: Micros) -> ScanTime {
        let wrong_by =
            self.offset.filter(|o| o.saturating_abs() > CLOCK_OFFSET_MAX_MICROS).unwrap_or(0);
        let own = self.uncertainty.max(0);
        let uncertainty =
            if wrong_by == 0 { own } else { own.saturating_add(CLOCK_UNCERTAINTY_MICROS) };
        let corrected = self.at.plus(wrong_by);
        // In this order: a facility that opens tomorrow has scans of today.
        let at = corrected.max(opened_at).min(received_at);
        // Moved by force, it may be anywhere between. Of a small step nobody need be told.
        let moved = corrected.0.saturating_sub(at.0).saturating_abs();
        let moved = if moved > CLOCK_OFFSET_MAX_MICROS { moved } else { 0 };
        ScanTime { at, uncertainty: uncertainty.saturating_add(moved).min(UNCERTAINTY_MAX_MICROS) }
    }
}

/// Server clock − device clock, as a sending shows it, in microseconds.
pub const fn offset_of(sent_at: Micros, received_at: Micros) -> i64 {
    received_at.0.saturating_sub(sent_at.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENED: Micros = Micros(0);
    const NOW: Micros = Micros(Micros::DAY * 100);
    const HOUR: i64 = 3_600 * Micros::SECOND;

    fn read(at: Micros, uncertainty: i64, offset: Option<i64>) -> (i64, i64) {
        let time = DeviceTime { at, uncertainty, offset }.by_server(OPENED, NOW);
        (time.at.0, time.uncertainty)
    }

    #[test]
    fn a_clock_that_is_right_is_believed() {
        let at = NOW.plus(-HOUR);
        assert_eq!(read(at, 0, Some(CLOCK_OFFSET_MAX_MICROS)), (at.0, 0));
        assert_eq!(read(at, 0, None), (at.0, 0));
        assert_eq!(read(at, 7, Some(-CLOCK_OFFSET_MAX_MICROS)), (at.0, 7));
    }

    #[test]
    fn a_clock_that_is_wrong_is_corrected_and_the_scan_says_so() {
        let at = NOW.plus(-HOUR);
        let wrong = Some(10 * HOUR);
        assert_eq!(read(at.plus(-10 * HOUR), 0, wrong), (at.0, CLOCK_UNCERTAINTY_MICROS));
        let wrong = Some(-HOUR);
        assert_eq!(read(at.plus(HOUR), 5, wrong), (at.0, CLOCK_UNCERTAINTY_MICROS + 5));
        let just = CLOCK_OFFSET_MAX_MICROS + 1;
        assert_eq!(read(at, 0, Some(just)), (at.0 + just, CLOCK_UNCERTAINTY_MICROS));
    }

    #[test]
    fn nothing_was_scanned_after_it_was_sent_or_before_there_was_a_shelf() {
        assert_eq!(read(NOW.plus(HOUR), 0, None), (NOW.0, HOUR));
        assert_eq!(read(NOW.plus(1), 0, None), (NOW.0, 0));
        assert_eq!(read(OPENED.plus(-HOUR), 0, None), (OPENED.0, HOUR));
        let ever = read(Micros(i64::MIN), i64::MAX, Some(i64::MIN));
        assert_eq!(ever, (OPENED.0, UNCERTAINTY_MAX_MICROS));
        let later = DeviceTime { at: NOW, uncertainty: 0, offset: None };
        assert_eq!(later.by_server(NOW.plus(HOUR), NOW).at, NOW, "received before the opening");
    }

    #[test]
    fn an_offset_is_what_the_device_lags_behind() {
        assert_eq!(offset_of(NOW.plus(-HOUR), NOW), HOUR);
        assert_eq!(offset_of(Micros(i64::MIN), NOW), i64::MAX);
    }
}
