//! The bucket against a shop that counts for itself.

use std::collections::VecDeque;

use super::*;
use crate::reply::Throttle;

const ADJUST: Work = Work { name: "adjust", size: 250 };

fn cost(requested: f64, available: f64) -> Cost {
    let throttle = Throttle { maximum: 2000.0, available, restore_rate: 100.0 };
    Cost { requested, actual: Some(requested), throttle: Some(throttle) }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// A bucket that was told its state once.
fn told(available: f64) -> Budget {
    let mut budget = Budget::default();
    let ticket = budget.take(Duration::ZERO, Work { name: "shop", size: 0 }, Share::Urgent);
    budget.settle(Duration::ZERO, ticket.unwrap(), Some(cost(13.0, available)));
    budget
}

#[test]
fn before_the_first_answer_one_request_is_under_way() {
    let mut budget = Budget::default();
    let first = Work { name: "shop", size: 0 };
    let ticket = budget.take(Duration::ZERO, first, Share::Background).unwrap();
    let second = budget.take(Duration::ZERO, first, Share::Urgent);
    assert_eq!(second.unwrap_err(), FIRST_ANSWER_WAIT);
    budget.settle(seconds(0.1), ticket, Some(cost(2.0, 1998.0)));
    assert!(budget.take(seconds(0.1), first, Share::Ordinary).is_ok());
}

#[test]
fn before_the_first_answer_the_smallest_plan_is_respected() {
    let mut budget = Budget::default();
    let dear = Work { name: "items", size: 250 };
    let wait = budget.take(Duration::ZERO, dear, Share::Ordinary).unwrap_err();
    let missing = budget.cost_of(dear) - AVAILABLE_FIRST;
    assert_eq!(wait, seconds(missing / RESTORE_FIRST));
    assert!(budget.take(wait, dear, Share::Ordinary).is_ok());
}

#[test]
fn each_share_leaves_its_part() {
    let adjust = Budget::default().cost_of(ADJUST);
    for (share, leaves) in [
        (Share::Urgent, 2000.0 * URGENT_LEAVES),
        (Share::Ordinary, 2000.0 * ORDINARY_LEAVES),
        (Share::Following, 2000.0 * FOLLOWING_LEAVES),
        (Share::Background, 2000.0 * BACKGROUND_LEAVES),
    ] {
        assert!(told(leaves + adjust).take(Duration::ZERO, ADJUST, share).is_ok());
        let wait = told(leaves + adjust - 50.0).take(Duration::ZERO, ADJUST, share).unwrap_err();
        assert_eq!(wait, seconds(0.5), "{share:?}");
    }
}

/// What the shop gives back is shared between whoever reads it and whoever changes it.
#[test]
fn a_read_that_waits_finds_room_although_changes_never_end() {
    let orders = Work { name: "orders", size: 250 };
    for read in [Share::Following, Share::Background] {
        let mut budget = told(2000.0);
        let ticket = budget.take(Duration::ZERO, ADJUST, Share::Urgent).unwrap();
        budget.settle(Duration::ZERO, ticket, Some(cost(11.0, 210.0)));
        let (mut asks_at, mut changes) = (0.0, 0);
        let read_at = (0..60_000).find_map(|step| {
            let now = f64::from(step) * 0.001;
            if let Ok(ticket) = budget.take(seconds(now), ADJUST, Share::Ordinary) {
                changes += 1;
                budget.settle(seconds(now), ticket, None);
            }
            if now < asks_at {
                return None;
            }
            match budget.take(seconds(now), orders, read) {
                Ok(_) => Some(now),
                Err(wait) => {
                    asks_at = now + wait.as_secs_f64();
                    None
                }
            }
        });
        let read_at = read_at.expect("it never found room");
        // Half of what flows back: 50 points a second are 4.5 calls.
        let a_second = f64::from(changes) / read_at;
        assert!((4.0..5.0).contains(&a_second), "{changes} changes within {read_at} s");
    }
}

#[test]
fn changes_that_nobody_waits_for_go_as_fast_as_there_is_room() {
    let mut budget = told(2000.0);
    let sent = (0..7).filter(|_| budget.take(seconds(1.0), ADJUST, Share::Ordinary).is_ok());
    assert_eq!(sent.count(), 6, "of 260 points each, above the 200 for the urgent");
}

#[test]
fn who_reads_leaves_room_for_the_changes_that_come_meanwhile() {
    let orders = Work { name: "orders", size: 250 };
    for share in [Share::Following, Share::Background] {
        let mut budget = told(2000.0);
        while budget.take(Duration::ZERO, orders, share).is_ok() {}
        assert!(budget.take(Duration::ZERO, ADJUST, Share::Ordinary).is_ok(), "{share:?}");
    }
}

#[test]
fn what_costs_more_than_a_bucket_waits_for_a_full_one() {
    let huge = Work { name: "items", size: 100_000 };
    assert!(told(2000.0).take(Duration::ZERO, huge, Share::Background).is_ok());
    assert_eq!(told(1900.0).take(Duration::ZERO, huge, Share::Urgent).unwrap_err(), seconds(1.0));
}

#[test]
fn costs_are_learned_by_kind_and_size() {
    let mut budget = told(2000.0);
    let before = budget.cost_of(ADJUST);
    let ticket = budget.take(Duration::ZERO, ADJUST, Share::Ordinary).unwrap();
    budget.settle(Duration::ZERO, ticket, Some(cost(13.0, 1987.0)));
    assert!(before > 13.0);
    assert_eq!(budget.cost_of(ADJUST).to_bits(), 13.0_f64.to_bits());
    assert_eq!(budget.cost_of(Work { size: 200, ..ADJUST }).to_bits(), 13.0_f64.to_bits());
    assert!(budget.cost_of(Work { size: 1, ..ADJUST }) < 13.0, "of another order: a guess");
}

#[test]
fn a_closed_shop_is_left_alone() {
    let mut budget = told(2000.0);
    budget.close(Duration::ZERO, seconds(2.0));
    let wait = budget.take(seconds(0.5), ADJUST, Share::Urgent).unwrap_err();
    assert_eq!(wait, seconds(1.5));
    assert!(budget.take(seconds(2.0), ADJUST, Share::Urgent).is_ok());
}

#[test]
fn what_was_not_sent_costs_nothing() {
    let mut budget = told(310.0);
    let ticket = budget.take(Duration::ZERO, ADJUST, Share::Urgent).unwrap();
    assert!(budget.take(Duration::ZERO, ADJUST, Share::Urgent).is_err());
    budget.give_back(Duration::ZERO, ticket);
    assert!(budget.take(Duration::ZERO, ADJUST, Share::Urgent).is_ok());
}

#[test]
fn a_request_without_an_answer_stays_paid() {
    let mut budget = told(310.0);
    let ticket = budget.take(Duration::ZERO, ADJUST, Share::Urgent).unwrap();
    budget.settle(Duration::ZERO, ticket, None);
    assert!(budget.take(Duration::ZERO, ADJUST, Share::Urgent).is_err());
}

/// A shop that counts by itself and takes each request some time after it was sent.
struct Shop {
    available: f64,
    at: f64,
    refused: u32,
}

impl Shop {
    fn answer(&mut self, now: f64, points: f64) -> Cost {
        self.available = (self.available + (now - self.at) * 100.0).min(2000.0);
        self.at = now;
        let taken = self.available >= points;
        if taken {
            self.available -= points;
        } else {
            self.refused += 1;
        }
        Cost { actual: taken.then_some(points), ..cost(points, self.available) }
    }
}

/// However many are under way and however late their answers are, a shop never sends one away.
#[test]
fn a_shop_is_never_asked_for_more_than_it_has() {
    const STEP: f64 = 0.01;
    let mut budget = Budget::default();
    let mut shop = Shop { available: 2000.0, at: 0.0, refused: 0 };
    let mut coming: VecDeque<(f64, Ticket)> = VecDeque::new();
    let mut going: VecDeque<(f64, Ticket, Cost)> = VecDeque::new();
    let mut sent = 0;
    for step in 0..60_000_u32 {
        let now = f64::from(step) * STEP;
        let moment = seconds(now);
        while coming.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, ticket)) = coming.pop_front() else { break };
            let points = if ticket.work.name == "adjust" { 55.0 } else { 310.0 };
            let cost = shop.answer(now, points);
            // Every third answer takes long on its way.
            let delay = if sent % 3 == 0 { 1.5 } else { 0.03 };
            going.push_back((now + delay, ticket, cost));
        }
        let due = going.iter().position(|(at, ..)| *at <= now);
        if let Some((_, ticket, cost)) = due.and_then(|index| going.remove(index)) {
            budget.settle(moment, ticket, Some(cost));
        }
        let kinds = [
            (Work { name: "levels", size: 250 }, Share::Background),
            (ADJUST, Share::Ordinary),
            (ADJUST, Share::Urgent),
        ];
        for (work, share) in kinds {
            if let Ok(ticket) = budget.take(moment, work, share) {
                coming.push_back((now + 0.02, ticket));
                sent += 1;
            }
        }
    }
    // The first of a kind is sent by a guess; after it its price is known.
    assert!(shop.refused <= 1, "{} of {sent} were sent away", shop.refused);
    assert!(sent > 500, "{sent}");
}
