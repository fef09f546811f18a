//! A PostgreSQL cluster of our own, made from the machine's programs, for when no `DATABASE_URL` is
//! given.
//!
//! It lives under a data directory and is reached through a Unix socket only that directory's users
//! can enter. Several processes may use it at once: the first starts it, the last stops it, and one
//! that a killed process left running is adopted (`locks`). It is durable as any PostgreSQL is; a
//! killed postmaster is started again (`supervision`).
//!
//! What always holds: there is no TCP port; nothing runs as root; a half-made cluster is never
//! used; starting, stopping and initialising happen under one lock. The environment is not read
//! here: what is needed comes in [`Settings`].
//!
//! | Question | Module |
//! |---|---|
//! | which programs are used? | `programs` |
//! | as whom do they run, and where can they live? | `account`, `data_directory` |
//! | how is a cluster made? with which parameters? | `initialisation`, `configuration` |
//! | is it running? how is it started and stopped? | `postmaster`, `probe`, `server` |

mod account;
mod configuration;
mod data_directory;
mod database;
mod error;
mod initialisation;
mod locks;
mod log_file;
mod postmaster;
mod private_postgres;
mod probe;
mod programs;
mod server;
mod socket;
mod supervision;

pub use configuration::Durability;
pub use data_directory::{can_host, expect};
pub use error::{CloseError, FileError, LockError, OpenError};
pub use nix::unistd::Pid;
pub use private_postgres::{PrivatePostgres, Settings};
pub use programs::ProgramSearch;
