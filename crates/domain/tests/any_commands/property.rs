//! What must be true of any commands whatever. The fuzz target `commands` uses this file, too.

use onhand_domain::plan::{
    command::{Body, Command},
    outcome::Outcome,
};

use crate::{keeper::Keeper, script::Script};

/// Batches of one script; more find nothing that fewer don't.
const BATCHES_MAX: usize = 24;

/// Runs the commands that the bytes stand for, as batches and one by one.
pub(crate) fn check(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut batched = Keeper::new();
    let mut alone = Keeper::new();
    for (passed, commands) in std::iter::from_fn(|| script.batch()).take(BATCHES_MAX) {
        batched.pass(passed);
        alone.pass(passed);
        let outcomes = batched.run(&commands);
        batched.check();
        let singly: Vec<Outcome> =
            commands.iter().flat_map(|c| alone.run(std::slice::from_ref(c))).collect();
        assert_eq!(outcomes, singly, "a batch decides as its commands do one by one");
        assert_eq!(batched.ledger, alone.ledger);
        check_replay(&mut batched, &commands, &outcomes);
    }
}

/// What was done is answered again, and done once.
fn check_replay(keeper: &mut Keeper, commands: &[Command], outcomes: &[Outcome]) {
    for (command, first) in commands.iter().zip(outcomes) {
        if matches!(first, Outcome::Refused(_)) || is_overtaken(command, commands) {
            continue;
        }
        let (again, effects) = keeper.decide(std::slice::from_ref(command));
        assert!(effects.is_empty(), "{command:?} was done twice: {effects:?}");
        match (first, &again[0]) {
            (Outcome::Posted(first), Outcome::Posted(again)) => {
                assert!(again.replay);
                assert_eq!(first.movements, again.movements, "{command:?}");
            }
            // How the request and the order stand may have changed since.
            (Outcome::Requested(first), Outcome::Requested(again)) => {
                assert_eq!((first.id, first.fingerprint), (again.id, again.fingerprint));
            }
            (Outcome::Declined(first), Outcome::Declined(again)) => assert_eq!(first, again),
            (Outcome::Ordered(first), Outcome::Ordered(again)) => assert_eq!(first.id, again.id),
            (Outcome::Followed(_), Outcome::Followed(again)) => {
                assert!(again.movements.is_empty(), "{command:?}");
            }
            (first, again) => panic!("{command:?}: first {first:?}, then {again:?}"),
        }
    }
}

/// Whether the batch has another state of the same order that is as new, or somebody's order with
/// the same id. A shop's clock has seconds: of two states of one second, the later read counts.
fn is_overtaken(command: &Command, all: &[Command]) -> bool {
    let Body::FollowOrder(follow) = &command.body else { return false };
    let others = all.iter().filter(|other| *other != command);
    others.map(|other| &other.body).any(|other| match other {
        Body::FollowOrder(other) => other.id == follow.id && other.version <= follow.version,
        Body::PlaceOrder(other) => other.id == follow.id,
        _ => false,
    })
}
