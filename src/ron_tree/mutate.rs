//! Changes of single nodes: entries added, replaced and taken out, with the commas and blanks around them.

use super::{
    node::{Child, Key, Kind, Node},
    source::SourceSpan,
    source_map::Piece,
};

impl Node {
    /// Takes a field out, if it is there.
    pub(crate) fn remove_field(&mut self, name: &str) {
        let fields = self.unwrapped_mut();
        let number = fields
            .children()
            .iter()
            .position(|child| child.is_named(name));
        if let Some(number) = number {
            fields.remove_child(number);
        }
    }

    /// Puts entries in the place of a field.
    pub(crate) fn replace_field(&mut self, name: &str, mut entries: Vec<Child>) {
        let Some(bracket) = &mut self.unwrapped_mut().bracket else {
            return;
        };
        let children = &mut bracket.children;
        let number = children.iter().position(|child| child.is_named(name));
        let (Some(number), Some(first)) = (number, entries.first_mut()) else {
            return;
        };
        first.before = std::mem::take(&mut children[number].before);
        for i in 1..entries.len() {
            entries[i - 1].comma = Some(Piece::generated(",", &entries[i].begin()));
        }
        if let Some(last) = entries.last_mut() {
            last.comma = children[number].comma.take();
        }
        children.splice(number..=number, entries);
    }

    /// Gives it another name before the bracket.
    pub(crate) fn rename(&mut self, name: &str) {
        self.head = Piece::generated(name, &self.head.at);
    }

    /// The value of a field, to be changed.
    pub(crate) fn field_mut(&mut self, name: &str) -> Option<&mut Node> {
        let children = &mut self.unwrapped_mut().bracket.as_mut()?.children;
        let child = children.iter_mut().find(|child| child.is_named(name));
        child.map(|child| &mut child.value)
    }

    /// The elements of a list or a tuple, or the values of entries, to be changed.
    pub(crate) fn items_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        let bracket = self.bracket.as_mut();
        let children = bracket
            .into_iter()
            .flat_map(|bracket| &mut bracket.children);
        children.map(|child| &mut child.value)
    }

    /// The elements of the list that a field is, to be changed.
    pub(crate) fn items_of_mut(&mut self, field: &str) -> impl Iterator<Item = &mut Node> {
        let list = self.field_mut(field).map(Node::unwrapped_mut);
        let list = list.filter(|list| matches!(list.kind(), Kind::List | Kind::Tuple));
        list.into_iter().flat_map(Node::items_mut)
    }

    /// Adds an entry behind the last one, so that what is first stays first. Its key stands for what is written at `at`.
    pub(crate) fn push_entry(&mut self, name: &str, value: Node, at: &SourceSpan) {
        self.push_entry_between(name, "", value, "", at);
    }

    /// The same with blanks before the value and behind it.
    pub(crate) fn push_entry_between(
        &mut self,
        name: &str,
        before: &str,
        value: Node,
        after: &str,
        at: &SourceSpan,
    ) {
        let fields = self.unwrapped_mut();
        let written = match fields.kind() {
            Kind::Map => format!("{name:?}"),
            _ => name.to_owned(),
        };
        let key = Key {
            name: name.to_owned(),
            written: Piece::generated(written, at),
            colon: Piece::generated(format!(": {before}"), at),
        };
        let entry = Child {
            key: Some(Box::new(key)),
            ..Child::item(value)
        };
        fields.push_children(vec![entry], at);
        if let Some(bracket) = &mut fields.bracket
            && !after.is_empty()
        {
            let last = bracket.children.last_mut();
            match last.and_then(|last| last.comma.as_mut()) {
                Some(comma) => *comma = Piece::generated(format!("{after}{}", comma.text()), at),
                None => bracket.close.insert(0, Piece::generated(after, at)),
            }
        }
    }

    /// Adds children behind the last one.
    pub(super) fn push_children(&mut self, mut more: Vec<Child>, at: &SourceSpan) {
        let Some(bracket) = &mut self.bracket else {
            return;
        };
        let (Some(first), comma) = (more.first_mut(), bracket.children.last_mut()) else {
            return;
        };
        first.before = Vec::new();
        let mut end = None;
        if let Some(last) = comma {
            end = last.comma.replace(Piece::generated(",", at));
            first.before = vec![Piece::generated(" ", at)];
        }
        if let Some(last) = more.last_mut() {
            last.comma = end;
        }
        bracket.children.append(&mut more);
    }

    /// Takes a child out, with the comma behind it. Blanks and comments before it stay.
    pub(super) fn remove_child(&mut self, number: usize) {
        let Some(bracket) = &mut self.bracket else {
            return;
        };
        let mut blanks = bracket.children.remove(number).before;
        let next = match bracket.children.get_mut(number) {
            Some(next) => &mut next.before,
            None => &mut bracket.close,
        };
        blanks.append(next);
        *next = blanks;
    }
}
