//! The robot that is shown: a pod of one environment that belongs to the window alone.

use bevy::math::{Quat, Vec3};
use bevy::prelude::Resource;
use bevy_rapier3d::plugin::context::{RapierContextJoints, RapierRigidBodySet};
use std::collections::VecDeque;
use std::sync::Arc;

use super::PlayedFlight;
use crate::pod::scene::{EpisodeRules, Goal, MotorAction, Played, SceneEnvironment, spaces};
use crate::pod::{Action, Decider, Episode, Pod, Purpose};
use crate::policy::Policy;
use crate::scene::Scene;
use crate::seed::Seed;
use crate::sim::{Readings, readings};

/// Episodes that the share of successes counts.
const RECENT: usize = 20;

/// Who moves the robot.
pub(super) enum Actor {
    /// A person, with the actions in [-1, 1] that the sliders say; empty for none.
    Hand(Vec<f32>),
    /// A policy's mean action.
    Policy(Arc<Policy>),
    /// The actions of a record, from its beginning to the last step before it breaks.
    Flight {
        /// The record.
        played: PlayedFlight,
        /// Steps taken so far.
        taken: usize,
    },
}

impl Actor {
    /// Nobody so far: no torque.
    pub(super) fn by_hand() -> Self {
        Self::Hand(Vec::new())
    }
}

/// The shown robot.
#[derive(Resource)]
pub(super) struct Shown {
    scene: Arc<Scene>,
    seed: Seed,
    actor: Actor,
    pod: Pod,
    /// How often it was begun anew: each time another environment of the run, so that episodes differ.
    beginnings: u64,
    /// Poses of the links before and after the last step; pictures are taken between them.
    poses: [Vec<(Vec3, Quat)>; 2],
    /// Where the user has put the target (m, world).
    target: Option<Vec3>,
    recent: VecDeque<bool>,
    /// The point that the task is about, and how near to the goal it counts as there (m).
    point: Option<usize>,
    reached_within: Option<f32>,
}

/// What a step was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stepped {
    /// A step of the episode before.
    On,
    /// The episode ended, and the robot stands at the start of the next.
    Anew,
}

impl Shown {
    /// A robot at the start of its first episode.
    pub(super) fn new(scene: Arc<Scene>, seed: Seed, actor: Actor) -> Result<Self, String> {
        let (point, reached_within) = aim(&scene);
        let mut shown = Self {
            pod: build(&scene, seed, 0, &actor)?,
            seed,
            actor,
            beginnings: 0,
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

    /// Begins an episode of another draw, and forgets the user's target. A record begins again.
    pub(super) fn restart(&mut self) {
        self.beginnings += 1;
        if let Ok(pod) = build(&self.scene, self.seed, self.beginnings, &self.actor) {
            self.pod = pod;
        }
        if let Actor::Flight { taken, .. } = &mut self.actor {
            *taken = 0;
        }
        self.begin();
    }

    /// Shows another scene; a policy that can act in it goes on.
    pub(super) fn replace(&mut self, scene: Arc<Scene>) -> Result<(), String> {
        let actor = match &self.actor {
            Actor::Policy(policy) if policy.spaces == spaces(&scene) => {
                Actor::Policy(policy.clone())
            }
            _ => Actor::by_hand(),
        };
        *self = Self::new(scene, self.seed, actor)?;
        Ok(())
    }

    fn begin(&mut self) {
        self.target = None;
        if let Actor::Hand(actions) = &mut self.actor {
            actions.resize(self.scene.robot().motors.len(), 0.0);
        }
        self.apply_rules();
        self.apply_actor();
        self.poses = [self.read_poses(), self.read_poses()];
    }

    /// Takes one control step.
    pub(super) fn step(&mut self) -> Stepped {
        if let Actor::Flight { played, taken } = &mut self.actor {
            if *taken == played.good_steps {
                // It stays where it was last seen, also between two states.
                self.poses[0] = self.poses[1].clone();
                return Stepped::On;
            }
            played.flight.step(&mut self.pod, *taken);
            *taken += 1;
            self.pod.world.clear_trackers();
            self.note_poses();
            return Stepped::On;
        }
        self.pod.step();
        self.pod.world.clear_trackers();
        self.write_target();
        let finished = self.pod.take_finished();
        let judged = matches!(self.actor, Actor::Policy(_)) && self.target.is_none();
        for success in finished
            .iter()
            .filter_map(|episode| episode.success)
            .filter(|_| judged)
        {
            self.recent.truncate(RECENT - 1);
            self.recent.push_front(success);
        }
        if finished.is_empty() {
            self.note_poses();
            Stepped::On
        } else {
            let now = self.read_poses();
            self.poses = [now.clone(), now];
            self.apply_rules();
            Stepped::Anew
        }
    }

    /// The robot goes on from where it was.
    fn note_poses(&mut self) {
        let now = self.read_poses();
        let [before, last] = &mut self.poses;
        std::mem::swap(before, last);
        *last = now;
    }

    /// Lets a policy act from the next step on.
    pub(super) fn let_act(&mut self, policy: Arc<Policy>) {
        self.actor = Actor::Policy(policy);
        self.apply_actor();
    }

    /// The actions set by hand, if a person moves the robot.
    pub(super) fn hand(&self) -> Option<&[f32]> {
        match &self.actor {
            Actor::Hand(actions) => Some(actions),
            Actor::Policy(_) | Actor::Flight { .. } => None,
        }
    }

    /// The record that is played, if one is, and how many of its steps have been.
    pub(super) fn flight(&self) -> Option<(&PlayedFlight, usize)> {
        match &self.actor {
            Actor::Flight { played, taken } => Some((played, *taken)),
            Actor::Hand(_) | Actor::Policy(_) => None,
        }
    }

    /// Sets the action of a joint by hand.
    pub(super) fn set_hand(&mut self, joint: usize, action: f32) {
        if let Actor::Hand(actions) = &mut self.actor {
            actions[joint] = action;
            self.apply_actor();
        }
    }

    /// Puts the target somewhere, until the next restart. The episode goes on meanwhile. A record keeps its own.
    pub(super) fn set_target(&mut self, at: Vec3) {
        if self.flight().is_some() {
            return;
        }
        self.target = Some(at);
        self.write_target();
        self.apply_rules();
    }

    /// Whether the user has put the target where it is.
    pub(super) fn has_users_target(&self) -> bool {
        self.target.is_some()
    }

    /// What is played.
    pub(super) fn scene(&self) -> &Arc<Scene> {
        &self.scene
    }

    /// Seconds of a control step.
    pub(super) fn dt(&self) -> f32 {
        1.0 / self.scene.task().control_hz
    }

    /// Where the target is (m, world), if the task has one.
    pub(super) fn goal(&self) -> Option<Vec3> {
        self.scene.task().goal.as_ref()?;
        Some(self.component::<Goal>().0.into())
    }

    /// Where the point is that the task is about (m, world).
    pub(super) fn tip(&self) -> Option<Vec3> {
        Some(self.component::<Readings>().points[self.point?].into())
    }

    /// From tip to target (m).
    pub(super) fn distance(&self) -> Option<f32> {
        Some(self.goal()?.distance(self.tip()?))
    }

    /// How near counts as there (m), if the task says so.
    pub(super) fn reached_within(&self) -> Option<f32> {
        self.reached_within
    }

    /// Whether the target is reached right now.
    pub(super) fn is_reached(&self) -> bool {
        let reached = |within| self.distance().is_some_and(|distance| distance <= within);
        self.reached_within.is_some_and(reached)
    }

    /// Joint angles and speeds.
    pub(super) fn readings(&self) -> &Readings {
        self.component()
    }

    /// What the motors got in the last step, as shares of their limits.
    pub(super) fn motors(&self) -> &[f32] {
        let MotorAction(motors) = self.component();
        motors
    }

    /// The episode under way.
    pub(super) fn episode(&self) -> &Episode {
        self.component()
    }

    /// Successes among the last episodes that the policy was left alone in, and their number.
    pub(super) fn successes(&self) -> (usize, usize) {
        let successes = self.recent.iter().filter(|success| **success).count();
        (successes, self.recent.len())
    }

    /// Places of the links (world) at a share of the way from before the last step to after it.
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
        let played = self.pod.world.resource::<Played>();
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

    /// A person who holds the target or the motors shall not see the robot jump home.
    fn apply_rules(&mut self) {
        self.pod.world.insert_resource(EpisodeRules {
            no_noise: false,
            no_time_limit: self.target.is_some() || self.hand().is_some(),
        });
    }

    fn apply_actor(&mut self) {
        let entity = self.pod.entity(0);
        let world = &mut self.pod.world;
        match &self.actor {
            Actor::Policy(policy) => world.insert_resource(Decider::Mean(policy.clone())),
            Actor::Flight { .. } => world.insert_resource(Decider::ByHand),
            Actor::Hand(actions) => {
                world.insert_resource(Decider::ByHand);
                if let Some(mut action) = world.get_mut::<Action>(entity) {
                    action.0.clone_from(actions);
                }
            }
        }
        self.apply_rules();
    }
}

/// A beginning of this number; a record has but one.
fn build(scene: &Arc<Scene>, seed: Seed, number: u64, actor: &Actor) -> Result<Pod, String> {
    let environment = SceneEnvironment::new(scene.clone());
    match actor {
        Actor::Flight { played, .. } => played.flight.begin(&environment, seed),
        Actor::Hand(_) | Actor::Policy(_) => {
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
    use crate::pod::Flight;

    fn shown(scene: &str) -> Shown {
        let scene = Arc::new(Scene::open(scene).unwrap());
        Shown::new(scene, Seed::new(1), Actor::by_hand()).unwrap()
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
                Stepped::On,
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
        shown.set_hand(1, 1.0);
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
        let flight = Flight {
            purpose: Purpose::Training,
            environment: 5,
            episode: 3,
            level: 0,
            actions: vec![1.0; 6 * 4],
            reason: String::new(),
        };
        let played = PlayedFlight {
            flight: Arc::new(flight),
            good_steps: 3,
            reproduced: true,
        };
        let scene = Arc::new(Scene::open("reach").unwrap());
        let actor = Actor::Flight { played, taken: 0 };
        let mut shown = Shown::new(scene, Seed::new(1), actor).unwrap();
        let angles = |shown: &Shown| shown.readings().angles.clone();
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
