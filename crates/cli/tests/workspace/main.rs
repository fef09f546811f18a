//! The rules that hold for the whole workspace, each a test.
//!
//! A rule reads the repository's files as text and names every place that breaks it, and what to do
//! instead. Beside each rule stands a test that breaks it on purpose, so that a rule that sees
//! nothing is noticed. What the compiler and clippy can refuse is not here; `docs/ARCHITECTURE.md`
//! says why the arrows point as they do.
//!
//! - `arrows`: which crate may know which, and what `domain` must never know
//! - `boundaries`: what only one place may name: statuses, the clock, randomness, the environment
//! - `naming`: names that say nothing, and the head that every file begins with
//! - `sizes`: lines of a file and of a function
//! - `statements`: where SQL lives, and its migrations
//! - `source` and `tree` read Rust and the repository for them

mod arrows;
mod boundaries;
mod naming;
mod printing;
mod sizes;
mod source;
mod statements;
mod tree;
