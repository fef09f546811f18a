//! [`Json`] as serde reads it. Each kind of value is asked for by name and refused here when another
//! was sent, so the words of a complaint are ours.

use super::written::{WRITTEN, WRITTEN_OBJECT};
use super::{Complaint, Fields, Json};
use serde::de::value::{BorrowedBytesDeserializer, CowStrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;
use std::vec::IntoIter;

const WHOLE: &str = "a whole number in its range";
/// Noughts at the end of a whole number; none of ours has more.
const NOUGHTS_MAX: usize = 38;

impl<'de> Json<'de> {
    fn whole<N: std::str::FromStr>(self) -> Result<N, Complaint> {
        let digits = self.is_number().then(|| whole_digits(self.text()));
        let number = digits.flatten().and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| Complaint::expected(WHOLE))
    }

    fn visit_fields<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        let fields = self
            .fields()
            .ok_or_else(|| Complaint::expected("an object"))?;
        visitor.visit_map(FieldsAccess::new(fields, known))
    }

    fn visit_items<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        let items = self
            .items()
            .ok_or_else(|| Complaint::expected("an array"))?;
        visitor.visit_seq(ItemsAccess {
            items: items.into_iter().enumerate(),
        })
    }

    fn visit_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn visit_number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        let text = self.text();
        if let Ok(number) = text.parse() {
            return visitor.visit_u64(number);
        }
        if let Ok(number) = text.parse() {
            return visitor.visit_i64(number);
        }
        match self.number() {
            Some(number) => visitor.visit_f64(number),
            None => Err(Complaint::expected("a number")),
        }
    }
}

/// A JSON number whose value is whole, as digits: `5.0`, `50e-1` and `0.5e1` are all 5.
fn whole_digits(written: &str) -> Option<String> {
    let (sign, number) = match written.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", written),
    };
    let (number, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let exponent: i64 = exponent.parse().ok()?;
    let kept = significant.trim_end_matches('0');
    let dropped = i64::try_from(significant.len() - kept.len()).ok()?;
    let behind_point = i64::try_from(fraction.len()).ok()?;
    let noughts = exponent.checked_add(dropped)?.checked_sub(behind_point)?;
    let noughts = usize::try_from(noughts)
        .ok()
        .filter(|noughts| *noughts <= NOUGHTS_MAX)?;
    Some([sign, kept, &"0".repeat(noughts)].concat())
}

macro_rules! whole_numbers {
    ($($method:ident, $visit:ident;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
            visitor.$visit(self.whole()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Complaint;

    whole_numbers! {
        deserialize_i8, visit_i8;
        deserialize_i16, visit_i16;
        deserialize_i32, visit_i32;
        deserialize_i64, visit_i64;
        deserialize_i128, visit_i128;
        deserialize_u8, visit_u8;
        deserialize_u16, visit_u16;
        deserialize_u32, visit_u32;
        deserialize_u64, visit_u64;
        deserialize_u128, visit_u128;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        if self.is_too_deep() {
            return Err(Complaint::too_deep());
        }
        match self.first() {
            b'n' => visitor.visit_unit(),
            b't' => visitor.visit_bool(true),
            b'f' => visitor.visit_bool(false),
            b'"' => self.visit_string(visitor),
            b'[' => self.visit_items(visitor),
            b'{' => self.visit_fields(&[], visitor),
            _ => self.visit_number(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        if !self.is_bool() {
            return Err(Complaint::expected("a boolean"));
        }
        visitor.visit_bool(self.first() == b't')
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        let number = self.number();
        visitor.visit_f64(number.ok_or_else(|| Complaint::expected("a number"))?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.visit_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.visit_string(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.visit_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        match name {
            WRITTEN => visitor.visit_borrowed_str(self.text()),
            WRITTEN_OBJECT if !self.is_object() => Err(Complaint::expected("an object")),
            WRITTEN_OBJECT => visitor.visit_borrowed_str(self.text()),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.visit_items(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.visit_fields(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        self.visit_fields(known, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        if !self.is_string() {
            return Err(Complaint::expected(super::words::one_of(known)));
        }
        let word: CowStrDeserializer<'de, Complaint> = self.string()?.into_deserializer();
        visitor.visit_enum(word)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

struct ItemsAccess<'de> {
    items: std::iter::Enumerate<IntoIter<Json<'de>>>,
}

impl<'de> SeqAccess<'de> for ItemsAccess<'de> {
    type Error = Complaint;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Complaint> {
        let Some((place, item)) = self.items.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(item);
        read.map(Some).map_err(|complaint| complaint.in_item(place))
    }
}

/// The fields of an object, for a type that knows some of them.
struct FieldsAccess<'de> {
    fields: IntoIter<(Cow<'de, [u8]>, Json<'de>)>,
    known: &'static [&'static str],
    /// The field whose name was read, if the type knows it.
    at: Option<&'static str>,
    value: Option<Json<'de>>,
}

impl<'de> FieldsAccess<'de> {
    fn new(fields: Fields<'de>, known: &'static [&'static str]) -> Self {
        Self {
            fields: fields.0.into_iter(),
            known,
            at: None,
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for FieldsAccess<'de> {
    type Error = Complaint;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Complaint> {
        let Some((name, value)) = self.fields.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        let is_it = |known: &&&'static str| known.as_bytes() == &*name;
        self.at = self.known.iter().find(is_it).copied();
        seed.deserialize(Name(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Complaint> {
        let value = self.value.take();
        let value = value.ok_or_else(|| Complaint::expected("a field's value"))?;
        seed.deserialize(value).map_err(|complaint| match self.at {
            Some(name) => complaint.in_field(name),
            None => complaint,
        })
    }
}

/// A field's name. One that is no text is no field that a type knows.
struct Name<'de>(Cow<'de, [u8]>);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Complaint;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match self.0 {
            Cow::Borrowed(name) => match std::str::from_utf8(name) {
                Ok(name) => visitor.visit_borrowed_str(name),
                Err(_) => BorrowedBytesDeserializer::new(name).deserialize_any(visitor),
            },
            Cow::Owned(name) => match String::from_utf8(name) {
                Ok(name) => visitor.visit_string(name),
                Err(name) => visitor.visit_bytes(name.as_bytes()),
            },
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<i64> {
        Json::of_text(text).ok()?.whole().ok()
    }

    #[test]
    fn a_whole_number_may_be_written_in_any_way() {
        for text in [
            "5",
            "5.0",
            "5e0",
            "5E+0",
            "50e-1",
            "0.5e1",
            "0.05E2",
            "500.00e-2",
        ] {
            assert_eq!(whole(text), Some(5), "{text}");
        }
        for (text, value) in [
            ("-0", 0),
            ("0e99999999999999999999", 0),
            ("-1.20e2", -120),
            ("1e18", 10_i64.pow(18)),
        ] {
            assert_eq!(whole(text), Some(value), "{text}");
        }
        for text in [
            "5.5",
            "5e-1",
            "1e19",
            "1e999999999",
            "1e-99999999999999999999",
            "\"5\"",
            "0.1",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
