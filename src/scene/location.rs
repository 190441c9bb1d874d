//! Locations in a scene that can be run, by what stands there: for whoever has something to say about it.

use super::Scene;
use crate::ron_tree::{Diagnostic, Kind, Node, Path, TextError};

/// What a remark about a scene is about. Indices are those of the validated scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
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
    /// Something to be said about a location: what it is, what was found there (the text itself, if nothing is said), what would do.
    pub fn remark(
        &self,
        location: &Location,
        title: &str,
        found: Option<&str>,
        help: &[String],
    ) -> TextError {
        let document = self.document();
        let mut diagnostic = Diagnostic::new(self.path(location), title);
        if let Some(found) = found {
            diagnostic = diagnostic.label(found);
        }
        let diagnostic = help
            .iter()
            .fold(diagnostic, |diagnostic, line| diagnostic.help(line));
        let error = diagnostic.locate(document);
        TextError {
            note: self.changed.clone().or(error.note.clone()),
            ..error
        }
    }

    /// What is written at a location, in one line.
    pub fn written(&self, location: &Location) -> String {
        let root = self.document().root().expect("it was read");
        let written = root.follow(&self.path(location)).print().text;
        let words: Vec<&str> = written.split_whitespace().collect();
        words.join(" ")
    }

    fn path(&self, location: &Location) -> Path {
        let root = Path::default();
        let tree = self.document().root().expect("it was read");
        let task = root.field("task");
        match location {
            Location::Joint { joint, field } => {
                let name = &self.robot.joints[*joint].name;
                let joints = root.field("robot").field("joints");
                let written = tree.at(&joints);
                joints.nth(named(written, name).unwrap_or(0)).field(field)
            }
            Location::Link(link) => {
                let link = &self.robot.links[*link];
                let list = match link.loose {
                    true => root.field("objects"),
                    false => root.field("robot").field("links"),
                };
                match named(tree.at(&list), &link.name) {
                    Some(i) => list.nth(i).field("name"),
                    None => root.field("robot"),
                }
            }
            Location::Task(field) => task.field(field),
            Location::Observe(i) => task.field("observe").nth(*i),
            Location::Reward(i) => task.field("reward").nth(*i),
            Location::RewardOf(i) => task.field("reward").nth(*i).field("of"),
            Location::End(i) => task.field("end").nth(*i),
            Location::Learner { name, field } => {
                match self.learners.iter().position(|(own, _)| own == name) {
                    Some(preset) => root.field("learners").nth(preset).field(field),
                    None => task.field("episode_s"),
                }
            }
        }
    }
}

/// The index of the element of a list that has this name.
fn named(list: &Node, name: &str) -> Option<usize> {
    if !matches!(list.kind(), Kind::List | Kind::Tuple) {
        return None;
    }
    let mut items = list.items();
    items.position(|item| item.own_name().as_deref() == Some(name))
}
