//! What must be true of any commands whatever. The fuzz target `commands` uses this file, too.

use onhand_domain::plan::{command::Command, outcome::Outcome};

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
        if matches!(first, Outcome::Refused(_)) {
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
            (first, again) => panic!("{command:?}: first {first:?}, then {again:?}"),
        }
    }
}
