//! Scenes: a robot, a task and presets for learners, put together from one RON file and what it names.
//!
//! A scene's document is loaded with its base (`base`) and what it imports, read (`file`), and checked to a scene that can be run;
//! `levels` does the same with each level of a curriculum. [`Location`] names what a remark about a scene is about.

mod base;
mod check;
mod file;
pub mod files;
mod incompatibility;
mod levels;
mod location;
mod meaning;
mod shipped;
mod source;

use std::path::PathBuf;
use std::sync::Arc;

pub use location::Location;

pub use crate::model::{robot, world};
pub use crate::presets::Presets;
pub use crate::ron_tree::{ReadError as SceneError, Severity, TextError};

use crate::learn::LearnerSettings;
use crate::model::{check as model_check, robot::Robot, world::World};
use crate::presets;
use crate::ron_tree::{Diagnostic, Document, Path, Source, read};
use crate::task::{CurriculumWritten, Task};

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
    /// The tree of the text; none of a level, whose errors have all been told.
    document: Option<Arc<Document>>,
    /// What changed the text, in words; none if it is that of the file.
    changed: Option<String>,
}

impl Scene {
    /// Reads a file, or the shipped scene of that name unless `scenes/NAME.ron` is there to be read instead.
    pub fn open(scene: &str) -> Result<Scene, SceneError> {
        Scene::of(base::load(&source::find(scene)?)?)
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
        let document = base::load(&source::find(scene)?)?;
        let (name, top) = (document.name(), document.top().clone());
        // As it is, so that an error of the file's own is shown where the file has it.
        let unchanged = Scene::of(document)?;
        let text =
            presets::changed::<file::Scene>(&unchanged.text, &unchanged.learners, learners, set)?;
        if text == unchanged.text {
            return Ok(unchanged);
        }
        let changed = Arc::new(Source {
            name,
            text,
            file: top.file.clone(),
        });
        let scene = base::load(&changed).and_then(Scene::of);
        let scene = scene.map_err(|error| presets::after::<file::Scene>(set, error))?;
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
        Scene::of(base::load(&Source::text(name, text))?)
    }

    /// Reads and checks a document, and each level of its curriculum.
    fn of(document: Document) -> Result<Scene, SceneError> {
        let (scene, curriculum) = Scene::check(&document)?;
        let levels = match &curriculum {
            Some(curriculum) => levels::levels(&document, curriculum, &scene)?,
            None => Vec::new(),
        };
        Ok(Scene {
            levels,
            files: document.files(),
            document: Some(Arc::new(document)),
            ..scene
        })
    }

    /// The same without levels, and what it says of them.
    fn check(document: &Document) -> Result<(Scene, Option<CurriculumWritten>), SceneError> {
        let written: file::Scene = read::read(document)?;
        let root = Path::default();
        let checked = || {
            let formula = check::height_formula;
            let world = model_check::world(&written.world, &formula, &root.field("world"))?;
            let robot = model_check::robot(
                &written.robot,
                &written.objects,
                &root.field("robot"),
                &root.field("objects"),
            )?;
            let task = written.task.check(&robot, &root.field("task"))?;
            let learners = presets::check(&written.learners, &root.field("learners"))?;
            Ok((world, robot, task, learners))
        };
        let (world, robot, task, learners) =
            checked().map_err(|diagnostic: Diagnostic| diagnostic.locate(document))?;
        let name = &document.top().name;
        let scene = Scene {
            name: short_name(name).to_owned(),
            origin: name.clone(),
            text: document.print().text,
            world,
            robot,
            task,
            learners,
            levels: Vec::new(),
            files: Vec::new(),
            document: None,
            changed: None,
        };
        Ok((scene, written.task.curriculum))
    }

    /// What is left when nobody will ask for its text: it is the same as that of another, with changes.
    fn without_text(self) -> Scene {
        Scene {
            text: String::new(),
            ..self
        }
    }

    fn document(&self) -> &Document {
        self.document
            .as_ref()
            .expect("nobody asks a level for its text")
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

    /// Why `other` cannot replace this scene in the middle of a run, in words: it has other observations, actions, joints or links.
    pub fn misfit(&self, other: &Scene) -> Option<String> {
        let last = incompatibility::all(self, other).pop();
        last.map(|incompatibility| incompatibility.in_words())
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
