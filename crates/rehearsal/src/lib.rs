//! A rehearsal of the barrier: an engine that only pretends to send asks for permits from many
//! connections, while campaigns are paused and resumed at random; then the log is held against
//! everything that anybody was told.
//!
//! What must come out, whatever is killed meanwhile: nothing granted between a pause's 200 and the
//! next resume, no step permitted twice, and every pause says how many permits were open.
//!
//! - `ground`: the campaigns that it is played on; `http`: a connection that finds its way back
//! - `engine`: who asks and reports; `director`: who pauses and resumes; `record`: what they saw
//! - `audit`: the log, counted again from the beginning; `play`: all of them together
//!
//! Used by the tests and by the benchmark; ships nowhere.

mod audit;
mod director;
mod engine;
mod ground;
mod http;
mod play;
mod record;

pub use audit::{Audit, audit};
pub use ground::Ground;
pub use http::{Addresses, Http, Reply};
pub use play::{Keys, Play, Scale};
pub use record::{PauseTold, Record};
