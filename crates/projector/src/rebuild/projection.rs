//! What is derived from the log, by its name.

/// A table of rows derived from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Projection {
    /// Campaigns.
    Campaigns,
    /// Where prospects stand.
    Prospects,
    /// Permits.
    Permits,
    /// How many permits accounts were granted.
    PermitsOfAccounts,
    /// How often accounts sent.
    Sends,
}

impl Projection {
    /// Every projection.
    pub const ALL: [Self; 5] = [
        Self::Campaigns,
        Self::Prospects,
        Self::Permits,
        Self::PermitsOfAccounts,
        Self::Sends,
    ];

    /// Its name, which is that of its table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Campaigns => "campaigns",
            Self::Prospects => "prospects",
            Self::Permits => "permits",
            Self::PermitsOfAccounts => "permits_of_accounts",
            Self::Sends => "sends",
        }
    }

    /// The projection of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// The projections that a caller names: one of them, or `all`.
    #[must_use]
    pub fn named(name: &str) -> Option<Vec<Self>> {
        match name {
            "all" => Some(Self::ALL.to_vec()),
            name => Self::from_name(name).map(|one| vec![one]),
        }
    }

    /// Their names.
    #[must_use]
    pub fn names(projections: &[Self]) -> Vec<&'static str> {
        projections.iter().map(|one| one.as_str()).collect()
    }

    /// The version of this program's fold. Raised with every change to what the rows of a log are: the
    /// rows are then rebuilt when the program first serves a database.
    #[must_use]
    pub fn version(self) -> i32 {
        match self {
            Self::Campaigns | Self::Permits | Self::PermitsOfAccounts | Self::Sends => 1,
            // 2: the order in which they were added.
            Self::Prospects => 2,
        }
    }
}
