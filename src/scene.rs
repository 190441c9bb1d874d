//! Scenes: a robot, a task and presets for learners, read from one RON file; and presets alone, for what is no scene.
//!
//! What an author writes is in `file`, what has been checked in [`world`], [`robot`] and [`task`]. Between them: `read` (text to
//! types), `check` (types to a scene that can be run) and `locate` (where in the text a value stands, so that every
//! error has a line). [`Place`] names such a place of a scene that can be run, for what is to be said about it. `edit` changes the text, never the values, so that an edited scene is read like any file.

mod check;
mod differ;
mod edit;
mod error;
mod file;
pub mod formula;
mod locate;
mod place;
mod presets;
mod read;
pub mod robot;
mod shipped;
pub mod task;
pub mod world;

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

pub use error::{SceneError, TextError, Tone};
pub use place::Place;
pub use presets::Presets;

use crate::learn::LearnerSettings;
use read::MAX_BYTES;
use robot::Robot;
use task::Task;
use world::World;

/// A scene that can be run: everything in it has been checked.
#[derive(Clone, Debug)]
pub struct Scene {
    name: String,
    origin: String,
    text: String,
    world: World,
    robot: Robot,
    task: Task,
    learners: Vec<(String, LearnerSettings)>,
    /// What changed the text, in words; none if it is that of the file.
    changed: Option<String>,
}

impl Scene {
    /// Reads a file, or the shipped scene of that name unless `scenes/NAME.ron` is there to be read instead.
    pub fn open(scene: &str) -> Result<Scene, SceneError> {
        let (origin, text) = find(scene)?;
        Scene::parse(&origin, &text)
    }

    /// As [`Scene::open`], with a learner chosen and values changed, each edit being `path=value`.
    ///
    /// `learner` at the start of a path is the chosen one: the one named, else the default one. A shipped preset becomes
    /// part of the scene first, so that [`Scene::text`] needs nothing else.
    pub fn open_with(
        scene: &str,
        learner: Option<&str>,
        set: &[String],
    ) -> Result<Scene, SceneError> {
        Scene::open_chosen(scene, &[learner], set)
    }

    /// The same with several learners chosen, one at least: `learner` at the start of a path is each of them.
    ///
    /// # Errors
    /// As there.
    pub fn open_with_all(
        scene: &str,
        learners: &[String],
        set: &[String],
    ) -> Result<Scene, SceneError> {
        let learners: Vec<Option<&str>> = learners.iter().map(|name| Some(&**name)).collect();
        Scene::open_chosen(scene, &learners, set)
    }

    fn open_chosen(
        scene: &str,
        learners: &[Option<&str>],
        set: &[String],
    ) -> Result<Scene, SceneError> {
        let (origin, text) = find(scene)?;
        // As it is, so that an error of the file's own is shown where the file has it.
        let unchanged = Scene::parse(&origin, &text)?;
        let text = presets::changed::<file::Scene>(&text, &unchanged.learners, learners, set)?;
        let scene = Scene::parse(&origin, &text);
        let scene = scene.map_err(|error| presets::after::<file::Scene>(set, error))?;
        let changed = (!set.is_empty()).then(|| presets::changed_by::<file::Scene>(set));
        Ok(Scene { changed, ..scene })
    }

    /// Reads a text; errors call it by `name`.
    pub fn parse(name: &str, text: &str) -> Result<Scene, SceneError> {
        let (written, tree) = read::read::<file::Scene>(name, text)?;
        let root = locate::Path::default();
        let checked = || {
            let world = check::world(&written.world, &root.field("world"))?;
            let robot = check::robot(&written.robot, &root.field("robot"))?;
            let task = check::task(&written.task, &robot, &root.field("task"))?;
            let learners = check::learners(&written.learners, &root.field("learners"))?;
            Ok((world, robot, task, learners))
        };
        let (world, robot, task, learners) =
            checked().map_err(|flaw: error::Flaw| flaw.locate(name, text, &tree))?;
        Ok(Scene {
            name: short_name(name).to_owned(),
            origin: name.to_owned(),
            text: text.to_owned(),
            world,
            robot,
            task,
            learners,
            changed: None,
        })
    }

    /// Names and texts of the scenes that are compiled in.
    pub fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
        shipped::SCENES.iter().copied()
    }

    /// Its short name: the file's, without folder and ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same scene under another short name: a run keeps its scene in a file of a fixed name.
    pub fn renamed(mut self, name: String) -> Self {
        self.name = name;
        self
    }

    /// What errors call its text: mostly the file's path.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The file as used, edits and presets included; reading it again gives this scene.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first difference between this scene with one of its presets and `other` with the same one, in words. Comments, names
    /// and the number of steps do not count.
    pub fn difference(&self, other: &Scene, learner: &str) -> Option<String> {
        differ::first_difference(&self.parts(learner), &other.parts(learner))
    }

    /// What the scene means with one of its presets, as text: equal for scenes without a [`Scene::difference`].
    pub fn meaning(&self, learner: &str) -> String {
        format!("{:?}", self.parts(learner))
    }

    fn parts(&self, learner: &str) -> Parts<'_> {
        Parts {
            world: &self.world,
            robot: &self.robot,
            task: &self.task,
            learner: presets::meant(&self.learners, learner),
        }
    }

    /// What is around the robot.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The robot.
    pub fn robot(&self) -> &Robot {
        &self.robot
    }

    /// The task.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The presets of the scene itself, in the order of the file.
    pub fn learners(&self) -> &[(String, LearnerSettings)] {
        &self.learners
    }

    /// A preset by its name, the scene's own before the shipped ones; without a name, the first there is.
    pub fn learner(&self, name: Option<&str>) -> Result<(&str, &LearnerSettings), SceneError> {
        presets::find::<file::Scene>(&self.learners, name)
    }
}

/// What makes two scenes the same.
#[derive(Debug)]
#[expect(dead_code, reason = "it is compared as it prints")]
struct Parts<'a> {
    world: &'a World,
    robot: &'a Robot,
    task: &'a Task,
    learner: Option<LearnerSettings>,
}

/// What is left of a path without folder and ending.
fn short_name(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".ron").unwrap_or(file)
}

/// The text of a scene, and what errors call it.
fn find(scene: &str) -> Result<(String, String), SceneError> {
    let in_folder = format!("scenes/{scene}.ron");
    let shipped = Scene::shipped().find(|(name, _)| {
        *name == scene
            || scene
                .strip_prefix("scenes/")
                .and_then(|file| file.strip_suffix(".ron"))
                == Some(name)
    });
    match shipped {
        // A folder of a shipped scene's name does not hide the scene.
        _ if Path::new(scene).is_file() => read_file(scene),
        _ if Path::new(&in_folder).is_file() => read_file(&in_folder),
        Some((name, text)) => Ok((format!("scenes/{name}.ron"), text.to_owned())),
        None if Path::new(scene).exists() => read_file(scene),
        None => Err(SceneError::Missing {
            scene: scene.to_owned(),
            shipped: Scene::shipped().map(|(name, _)| name.to_owned()).collect(),
        }),
    }
}

/// The text of a file, which is not read at all if it is too large.
fn read_file(path: &str) -> Result<(String, String), SceneError> {
    let unreadable = |source| SceneError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let too_large = |bytes| SceneError::TooLarge {
        path: path.to_owned(),
        bytes,
        limit: MAX_BYTES,
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(SceneError::NotAFile {
            path: path.to_owned(),
            found: if metadata.is_dir() {
                "a directory"
            } else {
                "a device"
            },
        });
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    // The file may have grown since.
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    let text = read::utf8(path, bytes)?;
    Ok((path.to_owned(), text))
}
