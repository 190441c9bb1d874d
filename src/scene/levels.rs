//! The levels of a curriculum: each is the scene with some of its values changed, read and checked like any scene.

use super::{Scene, SceneError, base, incompatibility};
use crate::ron_tree::{Diagnostic, Document, Path};
use crate::task::CurriculumWritten;

/// Levels that a curriculum may have.
const MAX_LEVELS: usize = 64;
/// What the levels of a curriculum may not change.
const FIXED: [&str; 4] = ["version", "base", "learners", "task.curriculum"];

/// The levels before the scene itself, which is that of the document, the first one first.
pub(super) fn levels(
    document: &Document,
    curriculum: &CurriculumWritten,
    scene: &Scene,
) -> Result<Vec<Scene>, SceneError> {
    let at = Path::default()
        .field("task")
        .field("curriculum")
        .field("levels");
    let error = |diagnostic: Diagnostic| SceneError::from(diagnostic.locate(document));
    let count = curriculum.levels.len();
    if !(1..=MAX_LEVELS).contains(&count) {
        let diagnostic = Diagnostic::new(at, "the number of levels is out of its range");
        return Err(error(diagnostic.help(format!(
            "1 to {MAX_LEVELS}, the first one first; the task as it is written comes after them"
        ))));
    }
    let root = document.root().expect("it was read");
    let mut levels = Vec::with_capacity(count);
    for (i, changes) in curriculum.levels.iter().enumerate() {
        let at = at.nth(i);
        for (j, (path, _)) in changes.0.iter().enumerate() {
            let is_fixed = |fixed: &str| {
                let rest = path.trim().strip_prefix(fixed);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            if let Some(fixed) = FIXED.into_iter().find(|fixed| is_fixed(fixed)) {
                let title = format!("a level cannot change `{fixed}`");
                let diagnostic = Diagnostic::new(at.nth(j).key(), title);
                return Err(error(
                    diagnostic.help("the world, the robot, objects and the task"),
                ));
            }
        }
        let mut changed = document.clone();
        base::set_all(&mut changed, root.at(&at), changes)?;
        let level = Scene::check(&changed)?.0;
        if let Some(incompatibility) = incompatibility::all(scene, &level).into_iter().next() {
            let title = format!("a level has other {} than the task", incompatibility.what);
            let diagnostic = Diagnostic::new(at, title).label("with these changes");
            return Err(error(diagnostic.help(
                "observations, actions, joints and links must be the same at every level",
            )));
        }
        levels.push(level.without_text());
    }
    Ok(levels)
}
