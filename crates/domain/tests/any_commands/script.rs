//! Commands made of bytes: few people, facilities, SKUs, ids and times, so that what is asked
//! collides, and now and then a number from the end of its range.

use onhand_domain::{
    AnchorId, FacilityId, Limits, Micros, Money, MovementId, MovementKind, OrderId, OrderLineId,
    Origin, PrincipalId, Reason, SkuId,
    plan::{
        QUANTITY_MAX,
        command::{
            Authority, Body, Command, Count, CountLine, Fact, FollowLine, FollowOrder,
            FollowReturn, FollowSale, FulfillOrder, Mandate, OrderDraft, OrderLineDraft, Reverse,
            Variance, Verdict,
        },
    },
};
use uuid::Uuid;

/// Midnight before the first batch.
pub(crate) const START: Micros = Micros(1_760_000_000_000_000);
/// Most lines of a document: enough to meet each other.
const LINES_MAX: u8 = 4;

/// Bytes, one decision each. At their end every decision is 0.
pub(crate) struct Script<'a> {
    bytes: &'a [u8],
    reasons: Vec<Reason>,
}

impl<'a> Script<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut reasons = Reason::shipped();
        // One that nobody uses any more.
        reasons.extend(reasons.first().cloned().map(|r| Reason { active: false, ..r }));
        Self { bytes, reasons }
    }

    /// The next batch with the time since the one before, until the bytes are used up.
    pub(crate) fn batch(&mut self) -> Option<(i64, Vec<Command>)> {
        if self.bytes.is_empty() {
            return None;
        }
        // Clocks stand still and jump back, too.
        let passed = [0, 1, 10, Micros::SECOND, 200 * Micros::SECOND, Micros::DAY, -10, -1];
        let passed = self.of(&passed);
        let commands = (0..=self.below(4)).map(|_| self.command()).collect();
        Some((passed, commands))
    }

    fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        *first
    }

    fn below(&mut self, n: u8) -> u8 {
        self.byte() % n
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        let n = usize::from(self.byte()) % choices.len();
        choices[n].clone()
    }

    fn command(&mut self) -> Command {
        let n = self.byte();
        let body = match n % 12 {
            // The rest of the bytes mean what they meant before there were shops.
            _ if n >= 240 => Body::FollowOrder(self.follow()),
            0..=2 => Body::Variance(self.variance()),
            3 => Body::Approve(self.verdict()),
            4 => Body::Decline(self.verdict()),
            5 => Body::Reverse(self.reverse()),
            6 | 7 => Body::Record((0..self.below(LINES_MAX)).map(|_| self.fact()).collect()),
            8 => Body::PlaceOrder(self.order()),
            9 => Body::CancelOrder(self.order_id()),
            10 => {
                let order = self.order_id();
                Body::FulfillOrder(FulfillOrder { order, effective_at: self.time() })
            }
            _ => {
                let facility = self.facility();
                let lines = (0..self.below(LINES_MAX)).map(|_| self.count_line()).collect();
                Body::Count(Count { facility, closes: None, lines })
            }
        };
        Command { authority: self.authority(), body }
    }

    fn authority(&mut self) -> Authority {
        let money = |n: i64| Some(Money(n * Money::SCALE));
        let limits = Limits {
            variance_units_max: Some(5),
            variance_value_max: money(40),
            day_value_max: money(100),
        };
        let none = Mandate::Post(Limits::NONE);
        Authority {
            actor: PrincipalId(Uuid::from_u128(0xA000 + u128::from(self.below(3)))),
            mandate: self.of(&[none, none, Mandate::Post(limits), Mandate::Report]),
            rule: "a test".to_owned(),
            day: self.of(&["2025-10-09", "2025-10-10"]).to_owned(),
            origin: self.of(Origin::ALL),
            device: self.text(),
        }
    }

    fn variance(&mut self) -> Variance {
        Variance {
            id: self.movement(),
            facility: self.facility(),
            sku: self.sku(),
            quantity: self.quantity(),
            reason: self.reason(),
            note: self.text(),
            effective_at: self.time(),
        }
    }

    fn verdict(&mut self) -> Verdict {
        Verdict { request: self.movement(), reason: self.reason(), note: self.text() }
    }

    fn reverse(&mut self) -> Reverse {
        Reverse { id: self.movement(), target: self.movement(), note: self.text() }
    }

    fn fact(&mut self) -> Fact {
        let line = self.line();
        Fact {
            id: self.movement(),
            facility: self.facility(),
            sku: self.sku(),
            kind: self.of(MovementKind::ALL),
            quantity: self.quantity(),
            effective_at: self.time(),
            origin_key: self.text(),
            note: self.text(),
            order_line: self.of(&[None, None, Some(line)]),
            unit_cost: self.of(&[None, Some(Money(7)), Some(Money(i64::MAX))]),
        }
    }

    fn order(&mut self) -> OrderDraft {
        OrderDraft {
            id: self.order_id(),
            name: self.text().unwrap_or_default(),
            channel: "web".to_owned(),
            placed_at: self.time(),
            due_at: self.time(),
            lines: (0..self.below(LINES_MAX))
                .map(|_| OrderLineDraft {
                    id: self.line(),
                    facility: self.facility(),
                    sku: self.sku(),
                    quantity: self.quantity(),
                })
                .collect(),
        }
    }

    /// An order of a shop: mostly one that has a few states, one newer than the other.
    fn follow(&mut self) -> FollowOrder {
        let id = self.order_id();
        let times = self.below(LINES_MAX);
        FollowOrder {
            id,
            name: self.text().unwrap_or_default(),
            channel: self.of(&["a shop", "a shop", "a shop", "another"]).to_owned(),
            placed_at: self.time().unwrap_or(START),
            due_at: self.time(),
            version: START.plus(i64::from(self.below(6))),
            cancelled: self.of(&[false, false, true]),
            lines: (0..times).map(|n| self.follow_line(id, n)).collect(),
            sales: (0..self.below(LINES_MAX)).map(|_| self.follow_sale(id)).collect(),
            returns: (0..self.below(2)).map(|_| self.follow_return()).collect(),
        }
    }

    /// Now and then with the id of a line before it.
    fn follow_line(&mut self, order: OrderId, n: u8) -> FollowLine {
        let n = self.of(&[n, n, n, n, n, n, n, 0]);
        FollowLine {
            id: shop_line(order, n),
            facility: self.facility(),
            sku: self.sku(),
            ordered: self.quantity(),
            open: self.shop_quantity(),
            dropped: self.of(&[0, 0, 0, 1, 2, -1]),
            dropped_at: self.time(),
        }
    }

    fn follow_sale(&mut self, order: OrderId) -> FollowSale {
        let line = shop_line(order, self.below(LINES_MAX));
        FollowSale {
            id: self.movement(),
            line: self.of(&[Some(line), Some(line), None]),
            facility: self.facility(),
            sku: self.sku(),
            quantity: self.shop_quantity(),
            at: self.time().unwrap_or(START),
            origin_key: self.text().unwrap_or_default(),
        }
    }

    fn follow_return(&mut self) -> FollowReturn {
        FollowReturn {
            id: self.movement(),
            facility: self.facility(),
            sku: self.sku(),
            quantity: self.shop_quantity(),
            at: self.time().unwrap_or(START),
            origin_key: self.text().unwrap_or_default(),
        }
    }

    /// What a shop says mostly makes sense.
    fn shop_quantity(&mut self) -> i64 {
        let odd = self.quantity();
        self.of(&[1, 2, 3, 4, 5, 6, 7, odd])
    }

    fn count_line(&mut self) -> CountLine {
        CountLine {
            id: AnchorId(self.movement().0),
            sku: self.sku(),
            counted: self.quantity(),
            at: self.time().unwrap_or(START),
        }
    }

    /// Mostly one of the two that are open; also one that is closed and one that nobody knows.
    fn facility(&mut self) -> FacilityId {
        FacilityId(Uuid::from_u128(0xF000 + u128::from(self.of(&[0, 0, 0, 0, 1, 1, 2, 3_u8]))))
    }

    /// Mostly one of the two that are tracked; also one that is not and one that nobody knows.
    fn sku(&mut self) -> SkuId {
        SkuId(Uuid::from_u128(0x5000 + u128::from(self.of(&[0, 0, 0, 0, 1, 1, 2, 3_u8]))))
    }

    /// One of few, and the ids that the ledger itself makes: a client can make the same.
    fn movement(&mut self) -> MovementId {
        let n = self.byte();
        let id = Uuid::from_u128(0x1_0000_0000 + u128::from(n % 32));
        match n / 32 {
            0..=5 => MovementId(id),
            6 => MovementId::derived(id, "late_correction", 0),
            _ => MovementId::derived(id, "sale", 0),
        }
    }

    /// Order lines share their ids with movements: a line's id becomes its reservation's.
    fn line(&mut self) -> OrderLineId {
        OrderLineId(self.movement().0)
    }

    fn order_id(&mut self) -> OrderId {
        OrderId(Uuid::from_u128(0xD000 + u128::from(self.below(3))))
    }

    fn reason(&mut self) -> Reason {
        let n = usize::from(self.byte()) % self.reasons.len();
        self.reasons[n].clone()
    }

    fn quantity(&mut self) -> i64 {
        let n = self.byte();
        let ends =
            [0, QUANTITY_MAX, -QUANTITY_MAX, QUANTITY_MAX + 1, i64::MAX, i64::MIN, i64::MIN + 1];
        match n {
            0..=239 => i64::from(n % 40) - 12,
            _ => ends[usize::from(n) % ends.len()],
        }
    }

    fn time(&mut self) -> Option<Micros> {
        let n = self.byte();
        let ends = [i64::MIN, i64::MAX, 0, START.0 + 365 * Micros::DAY];
        match n {
            0..=119 => None,
            120..=247 => Some(START.plus((i64::from(n) - 184) * 5)),
            _ => Some(Micros(ends[usize::from(n) % ends.len()])),
        }
    }

    fn text(&mut self) -> Option<String> {
        let long = "ü".repeat(1_001);
        self.of(&[None, None, None, Some("torn".to_owned()), Some(" ".to_owned()), Some(long)])
    }
}

/// Shops' lines have ids that no client can make.
fn shop_line(order: OrderId, n: u8) -> OrderLineId {
    OrderLineId(MovementId::derived(order.0, "line", n).0)
}
