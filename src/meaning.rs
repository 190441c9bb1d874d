//! What a checked value means, as a tree with stable names: what identifies a run, and what two scenes are compared by.
//!
//! The tree is made of what a type serialises, so it knows nothing of how a file was written, nor of private names: a struct
//! contributes the serde names of its fields, an enum those of its variants. Numbers are exact.
//!
//! **Changing a type that has a meaning.** The order of fields does not count, and a field that holds nothing (`None`, an empty list)
//! counts as absent, so an optional field can be added, and one renamed with `#[serde(rename = "..")]`, without changing what older
//! values mean. Any other change is a new [`MEANING_VERSION`]: hashes of different versions are not compared.

mod difference;
mod serializer;

use serde::Serialize;

/// Version of the names and the shape of meanings, and of how they are hashed.
pub const MEANING_VERSION: u32 = 1;

/// What a value means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// `None`, or a value that holds nothing.
    Nothing,
    /// A number or a truth value, in the shortest text that gives it back exactly.
    Plain(String),
    /// A text.
    Text(String),
    /// A list, an array or a tuple.
    List(Vec<Meaning>),
    /// A struct.
    Fields(Vec<(String, Meaning)>),
    /// An enum's variant, and what it holds.
    Variant(String, Box<Meaning>),
}

impl Meaning {
    /// The meaning of a value.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Self {
        let meaning = value.serialize(serializer::Serializer);
        meaning.expect("plain data serialises")
    }

    /// A hash of it. Values without a [`difference`](Meaning::difference) have the same one.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("sinew meaning");
        self.hash_into(&mut hasher);
        *hasher.finalize().as_bytes()
    }

    fn hash_into(&self, hasher: &mut blake3::Hasher) {
        let mut text = |tag: u8, text: &str| {
            hasher.update(&[tag]);
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        match self {
            Self::Nothing => text(0, ""),
            Self::Plain(plain) => text(1, plain),
            Self::Text(words) => text(2, words),
            Self::List(entries) => {
                text(3, &entries.len().to_string());
                entries.iter().for_each(|entry| entry.hash_into(hasher));
            }
            Self::Fields(fields) => {
                let mut fields: Vec<_> = fields.iter().filter(|(_, at)| !at.is_empty()).collect();
                fields.sort_by(|(one, _), (other, _)| one.cmp(other));
                text(4, &fields.len().to_string());
                for (name, at) in fields {
                    Self::Text(name.clone()).hash_into(hasher);
                    at.hash_into(hasher);
                }
            }
            Self::Variant(name, inside) => {
                text(5, name);
                inside.hash_into(hasher);
            }
        }
    }

    /// Whether a field that holds it counts as absent.
    fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::List(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// The value of a field, if this has fields and that one is among them.
    fn field(&self, name: &str) -> Option<&Self> {
        let Self::Fields(fields) = self else {
            return None;
        };
        let found = fields.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Motor {
        torque: f32,
        joint: usize,
        #[serde(rename = "drive")]
        how: Drive,
        spring: Option<(f32, f64)>,
        words: Vec<&'static str>,
    }

    #[derive(Serialize)]
    enum Drive {
        Torque,
        Position { stiffness: f32 },
        Limits(f32, f32),
        Speed(f32),
    }

    fn motor(how: Drive) -> Motor {
        Motor {
            torque: 0.1,
            joint: 3,
            how,
            spring: None,
            words: Vec::new(),
        }
    }

    fn plain(number: &str) -> Meaning {
        Meaning::Plain(number.to_owned())
    }

    #[test]
    fn a_tree_has_the_names_that_serde_gives_and_exact_numbers() {
        let named = |name: &str, at| (name.to_owned(), at);
        let variant =
            |name: &str, inside| named("drive", Meaning::Variant(name.into(), Box::new(inside)));
        let cases = [
            (Drive::Torque, variant("Torque", Meaning::Nothing)),
            (Drive::Speed(2.0), variant("Speed", plain("2"))),
            (
                Drive::Limits(-0.0, 1e-7),
                variant("Limits", Meaning::List(vec![plain("-0"), plain("1e-7")])),
            ),
            (
                Drive::Position { stiffness: 0.3 },
                variant(
                    "Position",
                    Meaning::Fields(vec![named("stiffness", plain("0.3"))]),
                ),
            ),
        ];
        for (how, drive) in cases {
            let expected = Meaning::Fields(vec![
                named("torque", plain("0.1")),
                named("joint", plain("3")),
                drive,
                named("spring", Meaning::Nothing),
                named("words", Meaning::List(Vec::new())),
            ]);
            assert_eq!(Meaning::of(&motor(how)), expected);
        }
        assert_eq!(
            Meaning::of(&Some((0.1_f32, 0.1_f32 as f64, true, "x", ()))),
            Meaning::List(vec![
                plain("0.1"),
                plain("0.10000000149011612"),
                plain("true"),
                Meaning::Text("x".into()),
                Meaning::Nothing,
            ])
        );
    }

    #[test]
    fn order_and_fields_that_hold_nothing_do_not_count() {
        #[derive(Serialize)]
        struct Before {
            drive: Drive,
            joint: u8,
            torque: f64,
        }
        let before = Meaning::of(&Before {
            drive: Drive::Torque,
            joint: 3,
            torque: 0.1,
        });
        let now = Meaning::of(&motor(Drive::Torque));
        assert_eq!(before.hash(), now.hash());
        assert_eq!(before.difference(&now), None);
    }

    #[test]
    fn whatever_else_differs_has_another_hash() {
        let fields = |fields: &[(&str, &str)]| {
            let field = |(name, text): &(&str, &str)| {
                ((*name).to_owned(), Meaning::Text((*text).to_owned()))
            };
            Meaning::Fields(fields.iter().map(field).collect())
        };
        let texts = |texts: &[&str]| {
            let text = |text: &&str| Meaning::Text((*text).to_owned());
            Meaning::List(texts.iter().map(text).collect())
        };
        let all = [
            Meaning::Nothing,
            plain("1"),
            Meaning::Text("1".into()),
            texts(&[]),
            texts(&["1"]),
            texts(&["1", ""]),
            texts(&["1", "2"]),
            texts(&["12"]),
            Meaning::List(vec![texts(&["1"]), Meaning::Text("2".into())]),
            fields(&[]),
            fields(&[("a", "b")]),
            fields(&[("b", "a")]),
            fields(&[("a", "b"), ("c", "d")]),
            Meaning::Variant("1".into(), Box::new(Meaning::Nothing)),
            Meaning::Variant("1".into(), Box::new(plain("1"))),
        ];
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                assert_ne!(one.hash(), other.hash(), "{one:?} {other:?}");
            }
        }
    }
}
