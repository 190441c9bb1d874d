//! The shown robot: a pod of one environment that belongs to the window alone.

use bevy::math::{Quat, Vec3};
use bevy::prelude::Resource;
use bevy_rapier3d::plugin::context::{RapierContextJoints, RapierRigidBodySet};
use std::collections::VecDeque;
use std::sync::Arc;

use crate::pod::scene::{EpisodeRules, Goal, MotorAction, SceneEnvironment, SceneLevels, spaces};
use crate::pod::{Action, CrashedEpisode, Decider, Episode, Pod, Purpose};
use crate::policy::Policy;
use crate::scene::Scene;
use crate::seed::Seed;
use crate::sim::{Readings, readings};

/// Number of recent episodes in the success count.
const RECENT: usize = 20;

/// A crash record to replay, and how its replay went.
#[derive(Clone)]
pub struct CrashReplay {
    /// The record.
    pub crash: Arc<CrashedEpisode>,
    /// Number of steps before the one in which it broke.
    pub good_steps: usize,
    /// Whether it breaks here as it did when it was recorded.
    pub reproduced: bool,
}

/// Where the robot's actions come from.
pub(super) enum ActionSource {
    /// The sliders, with an action in [-1, 1] per motor; empty until the first episode.
    Manual(Vec<f32>),
    /// The mean action of a policy.
    Policy(Arc<Policy>),
    /// A crash record, from its start to the last step before it breaks.
    Crash {
        /// The record.
        replay: CrashReplay,
        /// Steps taken so far.
        taken: usize,
    },
}

impl ActionSource {
    /// Sliders, all at 0.
    pub(super) fn manual() -> Self {
        Self::Manual(Vec::new())
    }
}

/// The shown robot.
#[derive(Resource)]
pub(super) struct ShownRobot {
    scene: Arc<Scene>,
    seed: Seed,
    source: ActionSource,
    pod: Pod,
    /// Number of restarts. Each takes another environment number, so that episodes differ.
    restarts: u64,
    /// Poses of the links before and after the last step, between which pictures interpolate.
    poses: [Vec<(Vec3, Quat)>; 2],
    /// The target set by the user (m, world).
    target: Option<Vec3>,
    /// Successes of the last episodes, newest first.
    recent: VecDeque<bool>,
    /// The point that the task brings to the goal.
    point: Option<usize>,
    /// The distance at which the goal counts as reached (m).
    reached_within: Option<f32>,
}

/// The outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stepped {
    /// The episode continues.
    Continued,
    /// The episode ended, and the robot is at the start of the next one.
    Restarted,
}

impl ShownRobot {
    /// A robot at the start of its first episode.
    pub(super) fn new(scene: Arc<Scene>, seed: Seed, source: ActionSource) -> Result<Self, String> {
        let (point, reached_within) = aim(&scene);
        let mut shown = Self {
            pod: build(&scene, seed, 0, &source)?,
            seed,
            source,
            restarts: 0,
            poses: Default::default(),
            target: None,
            recent: VecDeque::new(),
            point,
            reached_within,
            scene,
        };
        shown.begin();
        Ok(shown)
    }

    /// Starts another episode without the user's target. A crash record starts again.
    pub(super) fn restart(&mut self) {
        self.restarts += 1;
        if let Ok(pod) = build(&self.scene, self.seed, self.restarts, &self.source) {
            self.pod = pod;
        }
        if let ActionSource::Crash { taken, .. } = &mut self.source {
            *taken = 0;
        }
        self.begin();
    }

    /// Shows another scene, with the same policy if it can act in it.
    pub(super) fn replace(&mut self, scene: Arc<Scene>) -> Result<(), String> {
        let source = match &self.source {
            ActionSource::Policy(policy) if policy.spaces == spaces(&scene) => {
                ActionSource::Policy(policy.clone())
            }
            _ => ActionSource::manual(),
        };
        *self = Self::new(scene, self.seed, source)?;
        Ok(())
    }

    fn begin(&mut self) {
        self.target = None;
        if let ActionSource::Manual(actions) = &mut self.source {
            actions.resize(self.scene.robot().motors.len(), 0.0);
        }
        self.apply_rules();
        self.apply_source();
        self.poses = [self.read_poses(), self.read_poses()];
    }

    /// Takes one control step.
    pub(super) fn step(&mut self) -> Stepped {
        if let ActionSource::Crash { replay, taken } = &mut self.source {
            if *taken == replay.good_steps {
                // The robot stays where it is, also between the last two states.
                self.poses[0] = self.poses[1].clone();
                return Stepped::Continued;
            }
            replay.crash.step(&mut self.pod, *taken);
            *taken += 1;
            self.pod.world.clear_trackers();
            self.note_poses();
            return Stepped::Continued;
        }
        self.pod.step();
        self.pod.world.clear_trackers();
        self.write_target();
        let finished = self.pod.take_finished();
        let counts = matches!(self.source, ActionSource::Policy(_)) && self.target.is_none();
        for success in finished
            .iter()
            .filter_map(|episode| episode.success)
            .filter(|_| counts)
        {
            self.recent.truncate(RECENT - 1);
            self.recent.push_front(success);
        }
        if finished.is_empty() {
            self.note_poses();
            Stepped::Continued
        } else {
            let now = self.read_poses();
            self.poses = [now.clone(), now];
            self.apply_rules();
            Stepped::Restarted
        }
    }

    /// Shifts the poses by one step.
    fn note_poses(&mut self) {
        let now = self.read_poses();
        let [before, last] = &mut self.poses;
        std::mem::swap(before, last);
        *last = now;
    }

    /// Lets a policy act from the next step on.
    pub(super) fn set_policy(&mut self, policy: Arc<Policy>) {
        self.source = ActionSource::Policy(policy);
        self.apply_source();
    }

    /// The actions of the sliders, if they move the robot.
    pub(super) fn manual_actions(&self) -> Option<&[f32]> {
        match &self.source {
            ActionSource::Manual(actions) => Some(actions),
            ActionSource::Policy(_) | ActionSource::Crash { .. } => None,
        }
    }

    /// The crash record, if one is replayed, and the number of steps taken.
    pub(super) fn crash(&self) -> Option<(&CrashReplay, usize)> {
        match &self.source {
            ActionSource::Crash { replay, taken } => Some((replay, *taken)),
            ActionSource::Manual(_) | ActionSource::Policy(_) => None,
        }
    }

    /// Sets the action of a motor, if the sliders move the robot.
    pub(super) fn set_manual_action(&mut self, motor: usize, action: f32) {
        if let ActionSource::Manual(actions) = &mut self.source {
            actions[motor] = action;
            self.apply_source();
        }
    }

    /// Sets the target until the next restart; the episode does not end before. A crash record keeps its own target.
    pub(super) fn set_target(&mut self, at: Vec3) {
        if self.crash().is_some() {
            return;
        }
        self.target = Some(at);
        self.write_target();
        self.apply_rules();
    }

    /// Whether the user has set the target.
    pub(super) fn has_users_target(&self) -> bool {
        self.target.is_some()
    }

    /// The shown scene.
    pub(super) fn scene(&self) -> &Arc<Scene> {
        &self.scene
    }

    /// Seconds of a control step.
    pub(super) fn dt(&self) -> f32 {
        1.0 / self.scene.task().control_hz
    }

    /// The position of the target (m, world), if the task has one.
    pub(super) fn goal(&self) -> Option<Vec3> {
        self.scene.task().goal.as_ref()?;
        Some(self.component::<Goal>().0.into())
    }

    /// The position of the point that the task brings to the goal (m, world).
    pub(super) fn tip(&self) -> Option<Vec3> {
        Some(self.component::<Readings>().points[self.point?].into())
    }

    /// The distance between tip and target (m).
    pub(super) fn distance(&self) -> Option<f32> {
        Some(self.goal()?.distance(self.tip()?))
    }

    /// The distance at which the target counts as reached (m), if the task states one.
    pub(super) fn reached_within(&self) -> Option<f32> {
        self.reached_within
    }

    /// Whether the target is reached now.
    pub(super) fn is_reached(&self) -> bool {
        let reached = |within| self.distance().is_some_and(|distance| distance <= within);
        self.reached_within.is_some_and(reached)
    }

    /// The current readings.
    pub(super) fn readings(&self) -> &Readings {
        self.component()
    }

    /// The commands to the motors in the last step, as fractions of their limits.
    pub(super) fn motors(&self) -> &[f32] {
        let MotorAction(motors) = self.component();
        motors
    }

    /// The current episode.
    pub(super) fn episode(&self) -> &Episode {
        self.component()
    }

    /// Successes among the last undisturbed episodes of the policy, and their number.
    pub(super) fn successes(&self) -> (usize, usize) {
        let successes = self.recent.iter().filter(|success| **success).count();
        (successes, self.recent.len())
    }

    /// Poses of the links (world), interpolated between the states before (0) and after (1) the last step.
    pub(super) fn poses(&self, share: f32) -> impl Iterator<Item = (Vec3, Quat)> {
        let [before, after] = &self.poses;
        before
            .iter()
            .zip(after)
            .map(move |(a, b)| (a.0.lerp(b.0, share), a.1.slerp(b.1, share)))
    }

    fn component<C: bevy::ecs::component::Component>(&self) -> &C {
        let component = self.pod.world.get(self.pod.entity(0));
        component.expect("every environment of a scene has it")
    }

    fn read_poses(&self) -> Vec<(Vec3, Quat)> {
        let played = self.pod.world.resource::<SceneLevels>();
        let plant = &played.of(self.component()).plant;
        readings::link_poses(
            plant,
            &self.component::<RapierContextJoints>().multibody_joints,
            &self.component::<RapierRigidBodySet>().bodies,
        )
    }

    fn write_target(&mut self) {
        let entity = self.pod.entity(0);
        if let Some(at) = self.target
            && let Some(mut goal) = self.pod.world.get_mut::<Goal>(entity)
        {
            goal.0 = at.into();
        }
    }

    /// Suspends the time limit while the user controls the target or the motors, so that the robot does not jump home.
    fn apply_rules(&mut self) {
        self.pod.world.insert_resource(EpisodeRules {
            no_noise: false,
            no_time_limit: self.target.is_some() || self.manual_actions().is_some(),
        });
    }

    fn apply_source(&mut self) {
        let entity = self.pod.entity(0);
        let world = &mut self.pod.world;
        match &self.source {
            ActionSource::Policy(policy) => world.insert_resource(Decider::Mean(policy.clone())),
            ActionSource::Crash { .. } => world.insert_resource(Decider::ByHand),
            ActionSource::Manual(actions) => {
                world.insert_resource(Decider::ByHand);
                if let Some(mut action) = world.get_mut::<Action>(entity) {
                    action.0.clone_from(actions);
                }
            }
        }
        self.apply_rules();
    }
}

/// The pod at the start of an episode of environment `number`, or of the crash record.
fn build(
    scene: &Arc<Scene>,
    seed: Seed,
    number: u64,
    source: &ActionSource,
) -> Result<Pod, String> {
    let environment = SceneEnvironment::new(scene.clone());
    match source {
        ActionSource::Crash { replay, .. } => replay.crash.begin(&environment, seed),
        ActionSource::Manual(_) | ActionSource::Policy(_) => {
            Pod::new(&environment, seed, Purpose::Watching, number..number + 1)
                .map_err(|error| error.to_string())
        }
    }
}

/// The point that a task is about, and how near to the goal it counts as there: what its success says, else its reward.
fn aim(scene: &Scene) -> (Option<usize>, Option<f32>) {
    let task = scene.task();
    let of_success = task.success.as_ref().and_then(|success| success.target());
    let of_rewards = || task.reward.iter().find_map(|reward| reward.of.target());
    let target = of_success.or_else(of_rewards);
    let last = scene.robot().points.len().checked_sub(1);
    target.map_or((last, None), |target| (Some(target.point), target.exact()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(scene: &str) -> ShownRobot {
        let scene = Arc::new(Scene::open(scene).unwrap());
        ShownRobot::new(scene, Seed::new(1), ActionSource::manual()).unwrap()
    }

    #[test]
    fn a_users_target_stays_until_the_restart() {
        let mut shown = shown("reach");
        let drawn = shown.goal();
        let users = Vec3::new(0.25, 0.5, 0.75);
        shown.set_target(users);
        for _ in 0..400 {
            assert_eq!(
                shown.step(),
                Stepped::Continued,
                "an episode is 180 steps, unless held"
            );
        }
        assert_eq!(shown.goal(), Some(users));
        shown.restart();
        assert!(shown.goal() != Some(users) && shown.goal() != drawn);
    }

    #[test]
    fn pictures_lie_between_the_last_two_states() {
        let mut shown = shown("reach");
        shown.set_manual_action(1, 1.0);
        shown.step();
        let before: Vec<_> = shown.poses(1.0).collect();
        shown.step();
        let is_before = |share| {
            let near = |(a, b): ((Vec3, Quat), &(Vec3, Quat))| {
                a.0.abs_diff_eq(b.0, 1e-6) && a.1.abs_diff_eq(b.1, 1e-6)
            };
            shown.poses(share).zip(&before).all(near)
        };
        assert!(is_before(0.0) && !is_before(1.0));
    }

    #[test]
    fn a_record_is_held_before_it_breaks_and_begins_again() {
        let crash = CrashedEpisode {
            purpose: Purpose::Training,
            environment: 5,
            episode: 3,
            level: 0,
            actions: vec![1.0; 6 * 4],
            reason: String::new(),
        };
        let replay = CrashReplay {
            crash: Arc::new(crash),
            good_steps: 3,
            reproduced: true,
        };
        let scene = Arc::new(Scene::open("reach").unwrap());
        let source = ActionSource::Crash { replay, taken: 0 };
        let mut shown = ShownRobot::new(scene, Seed::new(1), source).unwrap();
        let angles = |shown: &ShownRobot| shown.readings().angles.clone();
        let start = angles(&shown);
        assert_eq!(shown.episode().number, 3);
        for _ in 0..3 {
            shown.step();
        }
        let last = angles(&shown);
        shown.set_target(Vec3::ZERO);
        shown.step();
        assert_eq!(angles(&shown), last);
        assert_eq!(shown.episode().steps, 3);
        assert!(shown.goal() != Some(Vec3::ZERO));
        assert!(shown.poses(0.0).eq(shown.poses(1.0)), "nothing moves");
        shown.restart();
        assert_eq!(angles(&shown), start);
    }

    #[test]
    fn a_task_without_a_goal_has_no_target() {
        let shown = shown("pendulum");
        assert_eq!(shown.goal(), None);
        assert!(shown.tip().is_some() && !shown.is_reached());
    }
}
