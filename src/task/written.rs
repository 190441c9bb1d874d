//! The task as its author writes it, and how it is checked: every term speaks of something that the robot and the goal have.

use serde::Deserialize;

use super::Task;
use super::action_filter::ActionWritten;
use super::command::commands;
use super::context::{Context, Moments, each};
use super::curriculum::{CurriculumWritten, SolvedWritten};
use super::ends::EndWritten;
use super::goals::GoalWritten;
use super::observation::observations;
use super::randomize::RandomizeWritten;
use super::rewards::RewardWritten;
use super::sensors::SensorWritten;
use super::start::StartWritten;
use super::success::SuccessWritten;
use super::timing::{episode_steps, substeps};
use crate::model::check::positive;
use crate::model::file::Triple;
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Entries;
use crate::ron_tree::Path;

/// Terms of one kind, and one more.
const MAX_TERMS: usize = 1024;

/// The task as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename = "Task")]
pub(crate) struct TaskWritten {
    pub(super) episode_s: f32,
    pub(super) control_hz: f32,
    pub(super) physics_hz: f32,
    #[serde(default = "earth")]
    gravity: Triple,
    start: StartWritten,
    #[serde(default)]
    goal: Option<GoalWritten>,
    #[serde(default)]
    commands: Entries<[f32; 2]>,
    #[serde(default)]
    randomize: Vec<RandomizeWritten>,
    /// How it becomes harder.
    #[serde(default)]
    pub(crate) curriculum: Option<CurriculumWritten>,
    #[serde(default)]
    action: ActionWritten,
    observe: Vec<SensorWritten>,
    reward: Vec<RewardWritten>,
    #[serde(default)]
    end: Vec<EndWritten>,
    max_joint_speed: f32,
    #[serde(default)]
    success: Option<SuccessWritten>,
    #[serde(default)]
    solved: Option<SolvedWritten>,
}

fn earth() -> Triple {
    [0.0, 0.0, -9.81]
}

impl TaskWritten {
    /// What is written at `at`, checked against the robot.
    pub(crate) fn check(&self, robot: &Robot, at: &Path) -> Result<Task, Diagnostic> {
        positive(self.control_hz, at, "control_hz", "Hz")?;
        positive(self.physics_hz, at, "physics_hz", "Hz")?;
        positive(self.episode_s, at, "episode_s", "s")?;
        let episode_steps = episode_steps(self.episode_s, self.control_hz, at)?;
        let commands = commands(&self.commands, &at.field("commands"))?;
        let context = Context {
            robot,
            commands: &commands,
            step_s: (1.0 / f64::from(self.control_hz)) as f32,
            episode_steps,
            has_goal: self.goal.is_some(),
            gravity: self.gravity,
            moments: Moments::One,
        };
        self.count(at)?;
        let has_success = self.success.is_some();
        Ok(Task {
            episode_steps,
            control_hz: self.control_hz,
            substeps: substeps(self.physics_hz, self.control_hz, at)?,
            gravity: self.gravity,
            start: self.start.check(robot, &at.field("start"))?,
            goal: optional(&self.goal, |goal| goal.check(&context, &at.field("goal")))?,
            commands: commands.clone(),
            curriculum: optional(&self.curriculum, |curriculum| {
                curriculum.check(has_success, &at.field("curriculum"))
            })?,
            randomize: each(&self.randomize, &at.field("randomize"), |written, at| {
                written.check(&context, at)
            })?,
            action_filter: self.action.check(&at.field("action"))?,
            observation: observations(&self.observe, &context, &at.field("observe"))?,
            reward: each(&self.reward, &at.field("reward"), |written, at| {
                written.check(&context, at)
            })?,
            end: each(&self.end, &at.field("end"), |written, at| {
                written.check(&context, at)
            })?,
            max_joint_speed: positive(
                self.max_joint_speed,
                at,
                "max_joint_speed",
                "rad/s, or m/s",
            )?,
            success: optional(&self.success, |success| {
                success.check(&context, &at.field("success"))
            })?,
            solved: optional(&self.solved, |solved| {
                solved.check("solved", has_success, &at.field("solved"))
            })?,
        })
    }

    /// That there are neither too many terms of a kind nor too few.
    fn count(&self, at: &Path) -> Result<(), Diagnostic> {
        for (field, count, least) in [
            ("observe", self.observe.len(), 1),
            ("reward", self.reward.len(), 1),
            ("randomize", self.randomize.len(), 0),
            ("end", self.end.len(), 0),
        ] {
            let diagnostic = |what| Diagnostic::new(at.field(field), format!("`{field}` {what}"));
            if count < least {
                return Err(diagnostic("is empty").help("at least one term"));
            }
            if count >= MAX_TERMS {
                return Err(
                    diagnostic("has too many terms").help(format!("fewer than {MAX_TERMS}"))
                );
            }
        }
        Ok(())
    }
}

fn optional<W, T>(
    written: &Option<W>,
    check: impl Fn(&W) -> Result<T, Diagnostic>,
) -> Result<Option<T>, Diagnostic> {
    written.as_ref().map(check).transpose()
}
