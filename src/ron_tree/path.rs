//! The way from the root of a tree to one of its values, as checks take it.

/// The way from the whole text to one value in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    pub(super) steps: Vec<Step>,
    /// Whether the key of the last step is meant instead of its value.
    pub(super) on_key: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Field(&'static str),
    Nth(usize),
}

impl Path {
    /// The value of a field, one step further.
    pub(crate) fn field(&self, name: &'static str) -> Path {
        self.then(Step::Field(name))
    }

    /// An element of a list or the value of an entry of a map, one step further.
    pub(crate) fn nth(&self, index: usize) -> Path {
        self.then(Step::Nth(index))
    }

    /// The key instead of the value.
    pub(crate) fn key(mut self) -> Path {
        self.on_key = true;
        self
    }

    fn then(&self, step: Step) -> Path {
        let mut path = self.clone();
        path.steps.push(step);
        path
    }
}
