//! What is wrong with a JSON value, and where: never what was sent.
//!
//! Our own types say a rule in one of three ways. `name must have 1 to 500 characters` begins with
//! the field's name, and is told with its whole path; `expected a UUID` becomes `path must be a
//! UUID`; anything else stands behind the path.

use std::fmt;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// From the inside out.
    path: Vec<Step>,
    wrong: Wrong,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(&'static str),
    Item(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wrong {
    NotJson,
    /// Not the object that a body must be.
    NoObject,
    TooDeep,
    Nul,
    Half,
    /// Another kind of value; what it must be.
    Expected(String),
    Missing(&'static str),
    Twice(&'static str),
    /// A field that nobody knows; the known ones.
    Unknown(&'static [&'static str]),
    /// What a type of ours says.
    Rule(String),
}

impl Complaint {
    pub(super) fn not_json() -> Self {
        Wrong::NotJson.into()
    }

    /// A body must be an object, and is not.
    pub fn no_object() -> Self {
        Wrong::NoObject.into()
    }

    pub(super) fn too_deep() -> Self {
        Wrong::TooDeep.into()
    }

    pub(super) fn nul() -> Self {
        Wrong::Nul.into()
    }

    pub(super) fn half() -> Self {
        Wrong::Half.into()
    }

    pub(super) fn expected(what: impl Into<String>) -> Self {
        Wrong::Expected(what.into()).into()
    }

    /// About this field of what was complained about.
    pub fn in_field(mut self, name: &'static str) -> Self {
        self.path.push(Step::Field(name));
        self
    }

    /// About this item of it.
    pub fn in_item(mut self, place: usize) -> Self {
        self.path.push(Step::Item(place));
        self
    }

    /// As in `people[0].name`; empty at the top.
    fn place(&self) -> String {
        let mut place = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Field(name) if place.is_empty() => place.push_str(name),
                Step::Field(name) => place.extend([".", name]),
                Step::Item(number) => place.push_str(&format!("[{number}]")),
            }
        }
        place
    }

    fn field(&self) -> Option<&'static str> {
        match self.path.first() {
            Some(Step::Field(name)) => Some(name),
            _ => None,
        }
    }
}

impl From<Wrong> for Complaint {
    fn from(wrong: Wrong) -> Self {
        let path = Vec::new();
        Self { path, wrong }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        let subject = if place.is_empty() {
            "The request body"
        } else {
            &place
        };
        match &self.wrong {
            Wrong::NotJson => f.write_str("The request body is not valid JSON"),
            Wrong::NoObject => write!(f, "{subject} must be a JSON object"),
            Wrong::TooDeep => write!(f, "{subject} is nested too deeply"),
            Wrong::Nul => write!(f, "{subject} must not contain NUL characters"),
            Wrong::Half => write!(f, "{subject} must not contain half of a surrogate pair"),
            Wrong::Expected(what) => write!(f, "{subject} must be {what}"),
            Wrong::Missing(name) if place.is_empty() => write!(f, "missing field `{name}`"),
            Wrong::Missing(name) => write!(f, "{place}: missing field `{name}`"),
            Wrong::Twice(name) => {
                let within = if place.is_empty() { "" } else { "." };
                write!(f, "{place}{within}{name} must be given once")
            }
            Wrong::Unknown([]) => write!(f, "{subject} must have no fields"),
            Wrong::Unknown(known) => {
                let known = known.join(", ");
                write!(
                    f,
                    "{subject} has an unknown field; the known ones are {known}"
                )
            }
            Wrong::Rule(rule) => self.rule(f, (&place, subject), rule),
        }
    }
}

impl Complaint {
    fn rule(
        &self,
        f: &mut fmt::Formatter<'_>,
        (place, subject): (&str, &str),
        rule: &str,
    ) -> fmt::Result {
        if let Some(what) = rule.strip_prefix("expected ") {
            return write!(f, "{subject} must be {what}");
        }
        if place.is_empty() {
            return f.write_str(rule);
        }
        match self.field().and_then(|name| rule.strip_prefix(name)) {
            Some(rest) => write!(f, "{place}{rest}"),
            None => write!(f, "{place}: {rule}"),
        }
    }
}

impl std::error::Error for Complaint {}

impl serde::de::Error for Complaint {
    /// A rule of a type of ours. No type that is read from a request may say what it was given.
    fn custom<T: fmt::Display>(rule: T) -> Self {
        Wrong::Rule(rule.to_string()).into()
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn invalid_length(_: usize, expected: &dyn serde::de::Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::expected(super::words::one_of(known))
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        Wrong::Unknown(known).into()
    }

    fn missing_field(name: &'static str) -> Self {
        Wrong::Missing(name).into()
    }

    fn duplicate_field(name: &'static str) -> Self {
        Wrong::Twice(name).into()
    }
}
