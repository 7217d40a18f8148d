//! Faults that other systems have, by their number in `docs/PAINS.md`.
