//! Scenes: a robot, a task and presets for learners, read from one RON file; and presets alone, for what is no scene.
//!
//! What an author writes is in `file`, what has been checked in [`world`], [`robot`] and [`task`](crate::task). Between them: `read` (text to
//! types), `check` (types to a scene that can be run) and `locate` (where in the text a value stands, so that every
//! error has a line). [`Place`] names such a place of a scene that can be run, for what is to be said about it. `edit` changes the text, never the values, so that an edited scene is read like any file; `base` does so
//! with what a scene takes from another, `import` with robots of other formats `mesh` with meshes and `picture` with heights, and `woven` remembers where each piece was written.

mod base;
pub(crate) mod check;
mod edit;
pub(crate) mod error;
pub(crate) mod file;
pub mod files;
mod fit;
mod hull;
mod import;
mod inset;
mod levels;
pub(crate) mod locate;
mod meaning;
mod mesh;
mod picture;
mod place;
mod presets;
mod read;
pub mod robot;
mod scan;
mod shipped;
mod source;
pub mod world;
mod woven;

use std::path::PathBuf;
use std::sync::Arc;

pub use error::{SceneError, Severity, TextError};
pub use place::Place;
pub use presets::Presets;

pub use crate::task;

use crate::learn::LearnerSettings;
use crate::task::Task;
use locate::Node;
use robot::Robot;
use source::Source;
use world::World;
use woven::Woven;

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
    /// The levels of the curriculum before the last, which is the scene itself.
    levels: Vec<Scene>,
    files: Vec<PathBuf>,
    /// Where each byte of the text was written; none if that is not known.
    woven: Option<Arc<Woven>>,
    /// What changed the text, in words; none if it is that of the file.
    changed: Option<String>,
}

impl Scene {
    /// Reads a file, or the shipped scene of that name unless `scenes/NAME.ron` is there to be read instead.
    pub fn open(scene: &str) -> Result<Scene, SceneError> {
        Scene::of(&base::unfold(Source::find(scene)?)?)
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
        let woven = base::unfold(Source::find(scene)?)?;
        // As it is, so that an error of the file's own is shown where the file has it.
        let unchanged = Scene::of(&woven)?;
        let text =
            presets::changed::<file::Scene>(woven.text(), &unchanged.learners, learners, set)?;
        if text == woven.text() {
            return Ok(unchanged);
        }
        let changed = Source {
            name: woven.name(),
            text,
            file: woven.top().file.clone(),
        };
        let read = || Scene::of(&base::unfold(changed)?);
        let scene = read().map_err(|error| presets::after::<file::Scene>(set, error))?;
        let mut files = unchanged.files;
        for file in scene.files {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        let changed = (!set.is_empty()).then(|| presets::changed_by::<file::Scene>(set));
        Ok(Scene {
            name: unchanged.name,
            files,
            changed,
            ..scene
        })
    }

    /// Reads a text; errors call it by `name`. Its base can only be a shipped scene.
    pub fn parse(name: &str, text: &str) -> Result<Scene, SceneError> {
        Scene::of(&base::unfold(Source::text(name, text))?)
    }

    fn of(woven: &Woven) -> Result<Scene, SceneError> {
        let name = &woven.top().name;
        let read = Scene::read(name, woven.text()).map_err(|error| woven.place(error))?;
        Ok(Scene {
            files: woven.files(),
            woven: Some(Arc::new(woven.clone())),
            ..read
        })
    }

    /// Reads a whole text.
    fn read(name: &str, text: &str) -> Result<Scene, SceneError> {
        let (written, tree) = read::read::<file::Scene>(name, text)?;
        let mut scene = Scene::check(name, text, &written, &tree)?;
        if let Some(curriculum) = &written.task.curriculum {
            scene.levels = levels::levels(name, text, &tree, curriculum, &scene)?;
        }
        Ok(scene)
    }

    /// The same without the levels of a curriculum.
    fn read_alone(name: &str, text: &str) -> Result<Scene, SceneError> {
        let (written, tree) = read::read::<file::Scene>(name, text)?;
        Scene::check(name, text, &written, &tree)
    }

    fn check(
        name: &str,
        text: &str,
        written: &file::Scene,
        tree: &Node,
    ) -> Result<Scene, SceneError> {
        let root = locate::Path::default();
        let checked = || {
            let world = check::world(&written.world, &root.field("world"))?;
            let robot = check::robot(
                &written.robot,
                &written.objects,
                &root.field("robot"),
                &root.field("objects"),
            )?;
            let task = written.task.check(&robot, &root.field("task"))?;
            let learners = check::learners(&written.learners, &root.field("learners"))?;
            Ok((world, robot, task, learners))
        };
        let (world, robot, task, learners) = checked()
            .map_err(|diagnostic: error::Diagnostic| diagnostic.locate(name, text, tree))?;
        Ok(Scene {
            name: short_name(name).to_owned(),
            origin: name.to_owned(),
            text: text.to_owned(),
            world,
            robot,
            task,
            learners,
            levels: Vec::new(),
            files: Vec::new(),
            woven: None,
            changed: None,
        })
    }

    /// What is left when nobody will ask for its text: it is the same as that of another, with changes.
    fn without_text(self) -> Scene {
        Scene {
            text: String::new(),
            ..self
        }
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

    /// The files that it was read from: its own first, then those of its bases, of robots, meshes and pictures; none for a text.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What errors call its text: mostly the file's path.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The file as used, with base, edits and presets; reading it again gives this scene.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why `other` cannot take this scene's place in the middle of a run, in words: it has other observations, actions, joints or links.
    pub fn misfit(&self, other: &Scene) -> Option<String> {
        let last = fit::misfits(self, other).pop();
        last.map(|misfit| misfit.in_words())
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

    /// The levels of its curriculum before the last, which is the scene itself: the first one first. What is seen and done, joints and
    /// links are those of the scene.
    pub fn levels(&self) -> &[Scene] {
        &self.levels
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

/// What is left of a path without folder and ending.
fn short_name(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".ron").unwrap_or(file)
}
