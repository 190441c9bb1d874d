//! From a value's serde form to its [`Meaning`].

use serde::ser::{self, Serialize};
use std::fmt;

use super::Meaning;

/// Serialises a value to its [`Meaning`].
pub(super) struct Serializer;

/// A value whose `Serialize` refuses it.
#[derive(Debug)]
pub(super) struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Result = std::result::Result<Meaning, Error>;

fn plain(value: impl fmt::Debug) -> Result {
    let text = format!("{value:?}");
    // A float that is a whole number is told as one.
    let text = text.strip_suffix(".0").unwrap_or(&text);
    Ok(Meaning::Plain(text.to_owned()))
}

/// A list or a struct that is being filled, and the variant that it is of.
pub(super) struct Filled {
    variant: Option<&'static str>,
    list: Vec<Meaning>,
    fields: Vec<(String, Meaning)>,
    /// The key of the map's next entry.
    key: String,
}

impl Filled {
    fn new(variant: Option<&'static str>) -> std::result::Result<Self, Error> {
        Ok(Self {
            variant,
            list: Vec::new(),
            fields: Vec::new(),
            key: String::new(),
        })
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> std::result::Result<(), Error> {
        self.list.push(value.serialize(Serializer)?);
        Ok(())
    }

    fn insert<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> std::result::Result<(), Error> {
        let value = value.serialize(Serializer)?;
        self.fields.push((name.to_owned(), value));
        Ok(())
    }

    fn in_variant(variant: Option<&'static str>, inside: Meaning) -> Result {
        Ok(match variant {
            Some(name) => Meaning::Variant(name.to_owned(), Box::new(inside)),
            None => inside,
        })
    }

    fn list(self) -> Result {
        Self::in_variant(self.variant, Meaning::List(self.list))
    }

    fn fields(self) -> Result {
        Self::in_variant(self.variant, Meaning::Fields(self.fields))
    }
}

macro_rules! plain {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result {
            plain(value)
        })*
    };
}

impl ser::Serializer for Serializer {
    type Ok = Meaning;
    type Error = Error;
    type SerializeSeq = Filled;
    type SerializeTuple = Filled;
    type SerializeTupleStruct = Filled;
    type SerializeTupleVariant = Filled;
    type SerializeMap = Filled;
    type SerializeStruct = Filled;
    type SerializeStructVariant = Filled;

    plain!(
        serialize_bool: bool,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64
    );

    fn serialize_char(self, value: char) -> Result {
        Ok(Meaning::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result {
        Ok(Meaning::Text(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result {
        Ok(Meaning::Nothing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        Ok(Meaning::Nothing)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(Meaning::Nothing)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        Filled::in_variant(Some(variant), Meaning::Nothing)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        Filled::in_variant(Some(variant), value.serialize(self)?)
    }

    fn serialize_seq(self, _: Option<usize>) -> std::result::Result<Filled, Error> {
        Filled::new(None)
    }

    fn serialize_tuple(self, _: usize) -> std::result::Result<Filled, Error> {
        Filled::new(None)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> std::result::Result<Filled, Error> {
        Filled::new(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> std::result::Result<Filled, Error> {
        Filled::new(Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> std::result::Result<Filled, Error> {
        Filled::new(None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> std::result::Result<Filled, Error> {
        Filled::new(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> std::result::Result<Filled, Error> {
        Filled::new(Some(variant))
    }
}

/// The traits of serde whose only difference is what they call the same two functions.
macro_rules! filled {
    ($($trait:ident: $function:ident $(, $name:ident)? => $add:ident, $end:ident;)*) => {
        $(impl ser::$trait for Filled {
            type Ok = Meaning;
            type Error = Error;

            fn $function<T: Serialize + ?Sized>(
                &mut self,
                $($name: &'static str,)?
                value: &T,
            ) -> std::result::Result<(), Error> {
                self.$add($($name,)? value)
            }

            fn end(self) -> Result {
                self.$end()
            }
        })*
    };
}

filled! {
    SerializeSeq: serialize_element => push, list;
    SerializeTuple: serialize_element => push, list;
    SerializeTupleStruct: serialize_field => push, list;
    SerializeTupleVariant: serialize_field => push, list;
    SerializeStruct: serialize_field, name => insert, fields;
    SerializeStructVariant: serialize_field, name => insert, fields;
}

impl ser::SerializeMap for Filled {
    type Ok = Meaning;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> std::result::Result<(), Error> {
        self.key = match key.serialize(Serializer)? {
            Meaning::Text(key) | Meaning::Plain(key) => key,
            key => format!("{key:?}"),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
    ) -> std::result::Result<(), Error> {
        let key = std::mem::take(&mut self.key);
        self.insert(&key, value)
    }

    fn end(self) -> Result {
        self.fields()
    }
}
