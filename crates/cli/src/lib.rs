//! `fermata`, the one program: configuration, wiring, signals, and the commands of operators.
//!
//! Everything that reads the clock, makes ids or looks at the environment is here and hands it
//! down. The library half exists so that tests wire the service exactly as the program does.

pub mod arguments;
pub mod configuration;
pub mod database;
pub mod demo;
pub mod effect_commands;
pub mod history;
pub mod in_flight;
pub mod key_commands;
pub mod migration;
pub mod open_files;
pub mod output;
pub mod people_commands;
pub mod relay;
mod runs;
pub mod serve;
pub mod service;
pub mod sources;
