//! What was found, as far as anybody wants to read it: all of it is counted, some of it is kept.

/// Differences that are kept of each kind. More are only counted, so that a database of which
/// everything is wrong is told about in bounded memory.
pub const LISTED_MAX: usize = 100;

/// The first of many things, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// The first [`LISTED_MAX`].
    pub first: Vec<T>,
    /// All of them.
    pub total: u64,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            total: 0,
        }
    }
}

impl<T> Listed<T> {
    /// One more.
    pub fn push(&mut self, one: T) {
        self.total += 1;
        if self.first.len() < LISTED_MAX {
            self.first.push(one);
        }
    }

    /// The same number of other things.
    #[must_use]
    pub fn map<U>(self, of: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            first: self.first.into_iter().map(of).collect(),
            total: self.total,
        }
    }

    /// Those of another list behind these.
    pub fn append(&mut self, others: Self) {
        let left = LISTED_MAX.saturating_sub(self.first.len());
        self.first.extend(others.first.into_iter().take(left));
        self.total += others.total;
    }
}
