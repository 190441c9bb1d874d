//! Classes of defaults: what an element does not say, its class says, or the class that that one is in.

use std::collections::BTreeMap;

use super::super::xml::{Attribute, Element};
use crate::ron_tree::{ReadError, suggest};

/// The class of what names none.
pub(super) const MAIN: &str = "main";
/// Nested more deeply, a file is refused.
const MAX_DEPTH: usize = 64;
/// Kinds of actuators share their defaults.
const ACTUATORS: [&str; 2] = ["motor", "general"];

#[derive(Debug, Default)]
pub(super) struct Defaults<'a> {
    classes: BTreeMap<&'a str, Class<'a>>,
}

#[derive(Default)]
struct Class<'a> {
    parent: Option<&'a str>,
    elements: Vec<Element<'a>>,
}

impl std::fmt::Debug for Class<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("Class")
            .field("parent", &self.parent)
            .finish_non_exhaustive()
    }
}

impl<'a> Defaults<'a> {
    pub(super) fn read(root: Element<'a>) -> Result<Self, ReadError> {
        let mut defaults = Defaults::default();
        defaults.classes.entry(MAIN).or_default();
        for element in root.all("default") {
            defaults.add(element, None, 0)?;
        }
        Ok(defaults)
    }

    fn add(
        &mut self,
        element: Element<'a>,
        parent: Option<&'a str>,
        depth: usize,
    ) -> Result<(), ReadError> {
        if depth > MAX_DEPTH {
            return element.refuse(
                "classes are nested too deeply",
                &format!("at most {MAX_DEPTH}"),
            );
        }
        let name = match (element.get("class"), parent) {
            (Some(class), _) => class.value,
            (None, None) => MAIN,
            (None, Some(_)) => element.need("class")?.value,
        };
        if parent.is_some() && self.classes.contains_key(name) {
            return element.refuse(
                format!("there are two classes `{name}`"),
                "give each its own name",
            );
        }
        let class = self.classes.entry(name).or_default();
        class.parent = parent;
        class
            .elements
            .extend(element.children().filter(|child| child.name() != "default"));
        for child in element.all("default") {
            self.add(child, Some(name), depth + 1)?;
        }
        Ok(())
    }

    /// The class of an element, which is `otherwise` unless it names one.
    pub(super) fn class_of(
        &self,
        element: Element<'a>,
        otherwise: &'a str,
    ) -> Result<&'a str, ReadError> {
        self.named(element, "class", otherwise)
    }

    /// The class of what is in a body.
    pub(super) fn class_in(
        &self,
        body: Element<'a>,
        otherwise: &'a str,
    ) -> Result<&'a str, ReadError> {
        self.named(body, "childclass", otherwise)
    }

    fn named(
        &self,
        element: Element<'a>,
        attribute: &str,
        otherwise: &'a str,
    ) -> Result<&'a str, ReadError> {
        let Some(class) = element.get(attribute) else {
            return Ok(otherwise);
        };
        if self.classes.contains_key(class.value) {
            return Ok(class.value);
        }
        let known: Vec<&str> = self.classes.keys().copied().collect();
        let title = format!("there is no class `{}`", class.value);
        Err(class.error(title, suggest("classes", class.value, &known)))
    }

    /// What a class says about an attribute of such an element.
    pub(super) fn get(
        &self,
        element: Element<'a>,
        class: &str,
        name: &str,
    ) -> Result<Option<Attribute<'a>>, ReadError> {
        let kinds: &[&str] = match element.name() {
            // Only what is inside of it counts.
            "body" | "inertial" | "freejoint" => return Ok(None),
            "motor" => &ACTUATORS,
            name => &[name],
        };
        let mut class = Some(class);
        while let Some(name_of_class) = class {
            let Some(of_class) = self.classes.get(name_of_class) else {
                break;
            };
            // Of several that say it, the last counts.
            let mut said = of_class.elements.iter().rev();
            let found = said
                .find_map(|default| kinds.contains(&default.name()).then(|| default.get(name))?);
            if found.is_some() {
                return Ok(found);
            }
            class = of_class.parent;
        }
        Ok(None)
    }

    /// Every element that says what another is like.
    pub(super) fn elements(&self) -> impl Iterator<Item = Element<'a>> {
        self.classes
            .values()
            .flat_map(|class| class.elements.iter().copied())
    }
}
