//! Reading JSON that a client wrote: every body, and every part of one.
//!
//! A [`Json`] is one well-formed value, still as text. It is read into a type by serde, with rules
//! that hold for every type and at every depth, because no type can ask for anything else: an object
//! is never read from an array, a text holds no NUL character and no half of a surrogate pair, and a
//! [`Complaint`] names the place and what was expected there, never what was sent.
//!
//! What a client wants back as it was is a [`Written`]: the text itself, so no digit, no key and no
//! escape of it changes. It may hold whatever JSON can say, as deep as it fits.
//!
//! Not here: which bodies may be missing (`object`), and the token API's refusals (`tokens/body`).

mod complaint;
mod reading;
mod words;
mod written;

pub(crate) use complaint::Complaint;
pub(crate) use written::{Written, WrittenObject};

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// How deep a value may be that is read by its own shape. No type of ours is so deep.
const DEPTH_MAX: u8 = 127;
/// What a text may begin with (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: char = '\u{feff}';

/// One well-formed JSON value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'de> {
    raw: &'de RawValue,
    depth: u8,
}

/// The fields of an object, in the order in which they were written. A name that is no text, because
/// it has half of a surrogate pair, is bytes.
pub(crate) struct Fields<'de>(Vec<(Cow<'de, [u8]>, Json<'de>)>);

impl<'de> Json<'de> {
    /// The value of a whole body.
    ///
    /// # Errors
    /// When it is not JSON in UTF-8.
    pub fn of(body: &'de [u8]) -> Result<Self, Complaint> {
        let text = std::str::from_utf8(body).map_err(|_| Complaint::not_json())?;
        Self::of_text(text)
    }

    /// The value of a whole text.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn of_text(text: &'de str) -> Result<Self, Complaint> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let raw = serde_json::from_str(text).map_err(|_| Complaint::not_json())?;
        Ok(Self { raw, depth: 0 })
    }

    /// The text.
    pub fn text(self) -> &'de str {
        self.raw.get()
    }

    /// As it was written.
    pub fn raw(self) -> &'de RawValue {
        self.raw
    }

    pub fn is_null(self) -> bool {
        self.first() == b'n'
    }

    pub fn is_bool(self) -> bool {
        matches!(self.first(), b't' | b'f')
    }

    pub fn is_string(self) -> bool {
        self.first() == b'"'
    }

    pub fn is_array(self) -> bool {
        self.first() == b'['
    }

    pub fn is_object(self) -> bool {
        self.first() == b'{'
    }

    pub fn is_number(self) -> bool {
        matches!(self.first(), b'-' | b'0'..=b'9')
    }

    /// The number nearest to the one that was written, as JavaScript has it.
    pub fn number(self) -> Option<f64> {
        let written = self.is_number().then(|| self.text());
        written.and_then(|text| text.parse().ok())
    }

    /// The text of a string, if it is one that can be kept: without NUL, without half of a surrogate
    /// pair.
    ///
    /// # Errors
    /// When it is no such string.
    pub fn string(self) -> Result<Cow<'de, str>, Complaint> {
        if !self.is_string() {
            return Err(Complaint::expected("a string"));
        }
        let text: TextOf<'de> = serde_json::from_str(self.text()).map_err(|_| Complaint::half())?;
        if text.0.contains('\0') {
            return Err(Complaint::nul());
        }
        Ok(text.0)
    }

    /// The fields of an object; nothing of another value.
    pub fn fields(self) -> Option<Fields<'de>> {
        if !self.is_object() {
            return None;
        }
        let depth = self.depth.saturating_add(1);
        let mut reader = serde_json::Deserializer::from_str(self.text());
        // It is well-formed, so this succeeds.
        reader.deserialize_map(FieldsVisitor { depth }).ok()
    }

    /// The items of an array; nothing of another value.
    pub fn items(self) -> Option<Vec<Self>> {
        if !self.is_array() {
            return None;
        }
        let depth = self.depth.saturating_add(1);
        let items: Vec<&RawValue> = serde_json::from_str(self.text()).ok()?;
        Some(items.into_iter().map(|raw| Self { raw, depth }).collect())
    }

    fn first(self) -> u8 {
        self.text().bytes().next().unwrap_or_default()
    }

    fn is_too_deep(self) -> bool {
        DEPTH_MAX <= self.depth
    }
}

impl<'de> Fields<'de> {
    /// The value of a field: the last one, as JavaScript has it, when it was given more than once.
    pub fn get(&self, name: &str) -> Option<Json<'de>> {
        let named = |(other, _): &&(Cow<'de, [u8]>, Json<'de>)| **other == *name.as_bytes();
        self.0.iter().rev().find(named).map(|(_, json)| *json)
    }
}

/// A string's text, borrowed where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct TextOf<'text>(#[serde(borrow)] Cow<'text, str>);

struct FieldsVisitor {
    depth: u8,
}

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<NameOf<'de>>()? {
            let raw = map.next_value()?;
            let depth = self.depth;
            fields.push((name.0, Json { raw, depth }));
        }
        Ok(Fields(fields))
    }
}

/// A field's name as bytes: of names alone, serde_json takes half a surrogate pair for bytes.
struct NameOf<'de>(Cow<'de, [u8]>);

impl<'de> serde::Deserialize<'de> for NameOf<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_bytes<E: Error>(self, name: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_vec()))
    }
}
