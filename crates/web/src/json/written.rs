//! JSON that is given back as it was written.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// How [`Written`] asks for the text of a value; only [`super::Json`] understands it.
pub(super) const WRITTEN: &str = "$fermata::written";
/// The same for an object's.
pub(super) const WRITTEN_OBJECT: &str = "$fermata::written_object";

/// Any value, as the client wrote it. A `Debug` says nothing of it: it may be about people.
pub(crate) struct Written(pub Box<RawValue>);

/// An object, as the client wrote it.
pub(crate) struct WrittenObject(pub Box<RawValue>);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_newtype_struct(WRITTEN, TextVisitor)?;
        Ok(Self(text))
    }
}

impl<'de> Deserialize<'de> for WrittenObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_newtype_struct(WRITTEN_OBJECT, TextVisitor)?;
        Ok(Self(text))
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Box<RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON as it was written")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        RawValue::from_string(text.to_owned()).map_err(|_| E::custom("expected JSON"))
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written")
    }
}

impl fmt::Debug for WrittenObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrittenObject")
    }
}
