//! What comes back through the shop's returns.

use super::*;
use crate::read::{Disposition, DispositionKind, Return};

fn disposition(n: i64, kind: DispositionKind, quantity: i64) -> Disposition {
    Disposition {
        id: format!("gid://shopify/ReverseFulfillmentOrderDisposition/{n}"),
        line: LINE.to_owned(),
        quantity,
        kind,
        at: at(n),
        location: Some(SECOND.to_owned()),
    }
}

fn returned(dispositions: Vec<Disposition>, refunds: &[i64]) -> Return {
    let refunds = refunds.iter().map(|n| format!("gid://shopify/Refund/{n}")).collect();
    Return { id: "gid://shopify/Return/1".to_owned(), refunds, dispositions }
}

#[test]
fn what_a_return_puts_back_into_stock_came_back_without_a_refund() {
    let mut order = order(4);
    order.fulfillments = vec![sent(1, FIRST, 4)];
    order.returns = vec![returned(
        vec![
            disposition(4, DispositionKind::Restocked, 2),
            disposition(5, DispositionKind::NotRestocked, 1),
            disposition(6, DispositionKind::Missing, 1),
        ],
        &[],
    )];
    assert_eq!(returns(&read(&order)), [(OTHER, 2)]);
    // It pays for them, and says no more of them.
    order.refunds = vec![refund(7, Restock::NoRestock, 4, None)];
    order.returns[0].refunds = vec![order.refunds[0].id.clone()];
    let read = read(&order);
    assert_eq!((returns(&read), lines(&read)), (vec![(OTHER, 2)], vec![(STORE, 0, 0)]));
}

#[test]
fn what_a_refund_and_its_return_both_tell_of_came_back_once_whichever_comes_first() {
    for (decided, paid) in [(4, 5), (5, 4)] {
        let mut order = order(4);
        order.fulfillments = vec![sent(1, FIRST, 4)];
        order.refunds = vec![refund(paid, Restock::Return, 3, Some(FIRST))];
        order.returns = vec![returned(Vec::new(), &[paid])];
        let (both, by_refund) = {
            let mut both = order.clone();
            both.returns[0].dispositions =
                vec![disposition(decided, DispositionKind::Restocked, 2)];
            (both, order)
        };
        let units = |order: &FollowOrder| order.returns.iter().map(|it| it.quantity).sum::<i64>();
        assert_eq!((units(&read(&by_refund)), units(&read(&both))), (3, 3));
        // What was posted when only the earlier of the two was there stays as it was.
        let mut first = both.clone();
        if decided < paid {
            first.refunds.clear();
        } else {
            first.returns[0].dispositions.clear();
        }
        let posted = read(&first).returns;
        assert!(posted.iter().all(|one| read(&both).returns.contains(one)), "{posted:?}");
    }
}

#[test]
fn what_became_of_units_in_a_word_of_later_is_told() {
    let mut order = order(4);
    order.fulfillments = vec![sent(1, FIRST, 4)];
    order.returns = vec![returned(vec![disposition(4, DispositionKind::Other, 1)], &[])];
    let meaning = read_since(&order, &ground(), None);
    assert_eq!(meaning.left_out, [LeftOut::Unknown(LINE.to_owned())]);
    assert_eq!(returns(&meaning.order), []);
}

#[test]
fn a_refund_of_no_return_and_a_return_are_two_things() {
    let mut order = order(4);
    order.fulfillments = vec![sent(1, FIRST, 4)];
    order.refunds = vec![refund(4, Restock::Return, 1, Some(FIRST))];
    order.returns = vec![returned(vec![disposition(5, DispositionKind::Restocked, 2)], &[])];
    assert_eq!(returns(&read(&order)), [(STORE, 1), (OTHER, 2)]);
    let before = read_since(&order, &ground(), Some(6)).order;
    assert_eq!(returns(&before), [], "before its orders were followed");
}
