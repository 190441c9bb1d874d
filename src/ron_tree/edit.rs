//! Changes of a tree at paths: values replaced, added and removed.

use super::{
    node::{Kind, Node},
    parse::MAX_DEPTH,
    source::SourceSpan,
    walk::{Found, Names, PathError, Position, joined, no_such_part, whole_of},
};

impl Node {
    /// Replaces the value that a path names, or adds it where its last part is a field that is not written yet. A new key stands
    /// for what is written at `at`; errors call the tree `whole`.
    pub(crate) fn set(
        &mut self,
        whole: &str,
        names: &Names,
        value: Node,
        at: &SourceSpan,
    ) -> Result<(), PathError> {
        let found = self.walk(whole, names)?;
        check_depth(names, &found, &value)?;
        match found {
            Found::There(position) => *self.at_position(&position) = value,
            Found::NotYet { fields, name } => {
                self.at_position(&fields).push_entry(name, value, at);
            }
        }
        Ok(())
    }

    /// Puts what is in `more` behind what is in the list or the fields that a path names, which are of the same kind. Without any
    /// yet, they become `more`.
    pub(crate) fn add(
        &mut self,
        whole: &str,
        names: &Names,
        more: &Node,
        at: &SourceSpan,
    ) -> Result<(), PathError> {
        let found = self.walk(whole, names)?;
        check_depth(names, &found, more)?;
        let position = match found {
            Found::There(position) => position,
            Found::NotYet { fields, name } => {
                self.at_position(&fields).push_entry(name, more.clone(), at);
                return Ok(());
            }
        };
        let (value, more) = (
            self.at_position(&position).unwrapped_mut(),
            more.unwrapped(),
        );
        let is_list = |kind| matches!(kind, Kind::List | Kind::Tuple);
        let has_fields = |kind| matches!(kind, Kind::Fields | Kind::Map);
        let (kind, other) = (value.kind(), more.kind());
        if is_list(kind) && is_list(other) || has_fields(kind) && has_fields(other) {
            value.push_children(more.children().to_vec(), at);
            return Ok(());
        }
        let (what, would_do) = match kind {
            Kind::Leaf => ("a single value", "`set` replaces it"),
            Kind::List | Kind::Tuple => ("a list", "a list in brackets, `[..]`"),
            Kind::Map => ("a map", "a map in braces, `{..}`"),
            Kind::Fields => ("not a list", "write what is to be added as `(name: ..)`"),
        };
        Err(PathError {
            span: whole_of(names),
            title: format!("`{}` is {what}", joined(names)),
            label: "this cannot be added to it",
            help: vec![would_do.to_owned()],
        })
    }

    /// Where the value stands that a path names.
    pub(crate) fn find(&self, whole: &str, names: &Names) -> Result<Position, PathError> {
        match self.walk(whole, names)? {
            Found::There(position) => Ok(position),
            Found::NotYet { fields, name } => {
                let (parent, last) = names.split_at(names.len() - 1);
                let fields = self.get_position(&fields);
                Err(no_such_part(whole, parent, name, whole_of(last), fields))
            }
        }
    }

    /// Takes values out, each with its key and the comma behind it. None may be in another.
    pub(crate) fn remove(&mut self, mut positions: Vec<Position>) {
        // The last first, so that the others stay where they are.
        positions.sort();
        for position in positions.into_iter().rev() {
            if let Some((last, parent)) = position.split_last() {
                self.at_position(parent).remove_child(*last);
            }
        }
    }

    /// How deeply its brackets are nested.
    fn depth(&self) -> usize {
        let inner = self.items().map(Node::depth).max();
        inner.map_or(0, |inner| inner + 1)
    }
}

/// Refuses what would be nested more deeply than any text is read.
fn check_depth(names: &Names, found: &Found, value: &Node) -> Result<(), PathError> {
    let (Found::There(position)
    | Found::NotYet {
        fields: position, ..
    }) = found;
    if position.len() + value.depth() < MAX_DEPTH {
        return Ok(());
    }
    Err(PathError {
        span: whole_of(names),
        title: "brackets are nested too deeply".to_owned(),
        label: "by what is put here",
        help: Vec::new(),
    })
}
