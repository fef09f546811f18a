//! `fermata`, the one program: configuration, wiring, signals, and the commands of operators.
//!
//! Everything that reads the clock, makes ids or looks at the environment is here and hands it
//! down. The library half exists so that tests wire the service exactly as the program does.

pub mod archive;
pub mod arguments;
pub mod configuration;
pub mod database;
pub mod demo;
pub mod diff;
pub mod effect_commands;
pub mod explain;
pub mod export;
mod fields;
pub mod history;
mod identities;
pub mod in_flight;
pub mod key_commands;
pub mod ledger_commands;
pub mod ledger_key;
pub mod ledger_rotation;
pub mod migration;
pub mod open_files;
pub mod output;
pub mod past;
pub mod people_commands;
mod reasons;
pub mod rebuild;
mod rebuilding;
pub mod relay;
mod runs;
pub mod sealing;
pub mod serve;
pub mod service;
pub mod sources;
pub mod state;
pub mod verification;
