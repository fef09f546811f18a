//! Who prospects are: names, addresses, profiles. The only place that knows.
//!
//! The log names people by id alone, so that it can be kept for ever; what is personal stands in
//! the table `people`, is written in the transaction of the event that names the id ([`Register`],
//! [`PeopleRows`]), and is removed for good with the prospect, the campaign, or on the person's
//! own wish. Two prospects are the same person when what the channel reaches them by is the same
//! ([`Digests`]).
//!
//! Always true: a person here has a prospect of the same id; nobody is in a campaign twice; nothing
//! in a `Debug` or an error of this crate is personal.
//!
//! Not here: rules (`domain` is told who is whom by [`domain::KnownPeople`]), HTTP.

mod change;
mod details;
mod erasure;
mod identity;
mod leads;
mod register;
mod rekeying;
mod review;
mod rows;
mod sought;

pub use change::{Arrival, PeopleChange, Person};
pub use details::{BadDetails, CustomFields, Details, DetailsPatch, Field};
pub use erasure::{ERASED_AT_ONCE_MAX, Erasable, find_erasable};
pub use identity::{Digest, Digests, IDENTITY_VERSION, Rules, email_key, linkedin_key};
pub use leads::{LEADS_PAGE_MAX, Lead, LeadsAsked, LeadsPage, find_leads, list_leads};
pub use register::{Judgement, Register};
pub use rekeying::{Rekeyed, Rekeying, rekey_all};
pub use review::{FaultKind, IdentityFault, list_identity_faults};
pub use rows::PeopleRows;
pub use sought::Sought;
