//! Places of a scene that can be run, by what stands there: for whoever has something to say about it.

use super::{
    Scene,
    error::{Diagnostic, SceneError, TextError},
    locate::{Body, Node, Path},
};

/// A place in a scene's text. Indices are those of the validated scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field of a joint that moves.
    Joint {
        /// Which joint.
        joint: usize,
        /// Which field; the whole joint where it does not say this.
        field: &'static str,
    },
    /// The name of a link or an object; its robot, where that comes from another file.
    Link(usize),
    /// A field of the task.
    Task(&'static str),
    /// A term of the observation.
    Observe(usize),
    /// A term of the reward.
    Reward(usize),
    /// What a term of the reward measures.
    RewardOf(usize),
    /// What ends an episode.
    End(usize),
    /// A field of a preset; the length of an episode where the preset is none of the scene's own.
    Learner {
        /// The preset's name.
        name: String,
        /// Which field.
        field: &'static str,
    },
}

impl Scene {
    /// Something to be said about a place: what it is, what was found there (the text itself, if nothing is said), what would do.
    pub fn remark(
        &self,
        place: &Place,
        title: &str,
        found: Option<&str>,
        help: &[String],
    ) -> TextError {
        let tree = Node::scan(&self.text).expect("the text of a scene was read before");
        let mut diagnostic = Diagnostic::new(self.path(place, &tree), title);
        if let Some(found) = found {
            diagnostic = diagnostic.label(found);
        }
        let diagnostic = help
            .iter()
            .fold(diagnostic, |diagnostic, line| diagnostic.help(line));
        let error = diagnostic.locate(&self.origin, &self.text, &tree);
        let error = match &self.woven {
            Some(woven) => woven.place(error),
            None => error,
        };
        match error {
            SceneError::Text(told) => TextError {
                note: self.changed.clone().or(told.note.clone()),
                ..*told
            },
            _ => unreachable!("a diagnostic has a place"),
        }
    }

    /// What is written at a place, in one line.
    pub fn written(&self, place: &Place) -> String {
        let tree = Node::scan(&self.text).expect("the text of a scene was read before");
        let written = &self.text[tree.locate(&self.path(place, &tree))];
        let words: Vec<&str> = written.split_whitespace().collect();
        words.join(" ")
    }

    fn path(&self, place: &Place, tree: &Node) -> Path {
        let root = Path::default();
        let task = root.field("task");
        match place {
            Place::Joint { joint, field } => {
                let name = &self.robot.joints[*joint].name;
                let joints = root.field("robot").field("joints");
                let written = tree.at(&joints);
                joints
                    .nth(named(written, &self.text, name).unwrap_or(0))
                    .field(field)
            }
            Place::Link(link) => {
                let link = &self.robot.links[*link];
                let list = match link.loose {
                    true => root.field("objects"),
                    false => root.field("robot").field("links"),
                };
                match named(tree.at(&list), &self.text, &link.name) {
                    Some(i) => list.nth(i).field("name"),
                    None => root.field("robot"),
                }
            }
            Place::Task(field) => task.field(field),
            Place::Observe(i) => task.field("observe").nth(*i),
            Place::Reward(i) => task.field("reward").nth(*i),
            Place::RewardOf(i) => task.field("reward").nth(*i).field("of"),
            Place::End(i) => task.field("end").nth(*i),
            Place::Learner { name, field } => {
                match self.learners.iter().position(|(own, _)| own == name) {
                    Some(preset) => root.field("learners").nth(preset).field(field),
                    None => task.field("episode_s"),
                }
            }
        }
    }
}

/// The index of the element of a list that has this name.
fn named(list: &Node, text: &str, name: &str) -> Option<usize> {
    let Body::List { items, .. } = &list.body else {
        return None;
    };
    let is_named = |item: &Node| {
        let written = item
            .field("name")
            .map(|entry| &text[entry.value.span.clone()]);
        written.is_some_and(|written| ron::from_str::<String>(written).as_deref() == Ok(name))
    };
    items.iter().position(is_named)
}
