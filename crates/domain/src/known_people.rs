//! What a decision may know of the people behind the ids.
//!
//! Who somebody is (an address, a profile) stands outside of the log and never comes here: only
//! whether they can be reached, and whether they are the same as somebody else. Whoever asks finds
//! it out under the journal's head and hands it in with [`crate::Known`].

use crate::ProspectId;

/// Of the people whom a command names.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownPeople<'a> {
    /// The first, counted from 0, without that by which the campaign's channel reaches people: an
    /// address for mail, a profile for LinkedIn.
    pub unreachable: Option<usize>,
    /// Those who are in the campaign already under another id, or came earlier in the same
    /// command.
    pub repeated: &'a [ProspectId],
    /// The command's details are those that are on file.
    pub unchanged: bool,
    /// Somebody's personal data are on file.
    pub on_file: bool,
    /// Prospects of the campaign whose identity another campaign of the same user is dealing with:
    /// it is launching, active or paused, and has not finished with them. Empty unless the
    /// campaign is to leave such people out.
    pub elsewhere: &'a [ProspectId],
}
