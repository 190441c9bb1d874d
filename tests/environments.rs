//! Promise: an episode is a function of scene, seed, environment, number and actions alone, in every shipped scene.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use sinew::pod::scene::{Goal, SceneEnvironment, spaces};
use sinew::pod::{Action, Episode, Observation, Pod, Purpose, Reward};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::step::StepEnd;
use std::sync::Arc;

fn scenes() -> Vec<Arc<Scene>> {
    let parse = |(name, text)| Arc::new(Scene::parse(name, text).expect("it is shipped"));
    Scene::shipped().map(parse).collect()
}

fn pod(scene: &Arc<Scene>, seed: u64, environments: std::ops::Range<u64>) -> Pod {
    let environment = SceneEnvironment::new(scene.clone());
    Pod::new(
        &environment,
        Seed::new(seed),
        Purpose::Training,
        environments,
    )
    .expect("it builds")
}

/// A rough but lively policy: actions that change from step to step.
fn act(pod: &mut Pod, row: usize, step: usize) {
    let entity = pod.entity(row);
    let mut action = pod.world.get_mut::<Action>(entity).unwrap();
    for (i, action) in action.0.iter_mut().enumerate() {
        *action = 1.5 * ((step * (i + 2)) as f32 * 0.37).sin();
    }
}

/// Everything that an environment shows over some steps, as bits.
fn trace(pod: &mut Pod, row: usize, steps: usize) -> Vec<u32> {
    let mut bits = Vec::new();
    for step in 0..steps {
        act(pod, row, step);
        pod.step();
        let entity = pod.entity(row);
        let Observation(observation) = pod.world.get(entity).unwrap();
        let Reward(reward) = pod.world.get(entity).unwrap();
        bits.extend(observation.iter().chain([reward]).map(|x| x.to_bits()));
    }
    bits
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    for scene in scenes() {
        let of = |seed| trace(&mut pod(&scene, seed, 0..1), 0, 250);
        assert_eq!(of(1), of(1), "{}", scene.name());
        assert_ne!(of(1), of(2), "{}", scene.name());
    }
}

#[test]
fn an_environment_has_the_same_bits_in_any_pod() {
    for scene in scenes() {
        let alone = trace(&mut pod(&scene, 1, 2..3), 0, 250);
        let among_others = trace(&mut pod(&scene, 1, 0..4), 2, 250);
        assert_eq!(alone, among_others, "{}", scene.name());
    }
}

#[test]
fn a_reset_environment_equals_a_fresh_one() {
    for scene in scenes() {
        let number = |pod: &Pod| pod.world.get::<Episode>(pod.entity(0)).unwrap().number;
        // One plays its first episode wildly, the other calmly: the second episodes are the same.
        let mut wild = pod(&scene, 1, 0..1);
        for step in 0.. {
            if number(&wild) == 2 {
                break;
            }
            act(&mut wild, 0, step);
            wild.step();
        }
        let mut calm = pod(&scene, 1, 0..1);
        while number(&calm) < 2 {
            calm.step();
        }
        assert_eq!(
            trace(&mut wild, 0, 100),
            trace(&mut calm, 0, 100),
            "{}",
            scene.name()
        );
        assert_eq!(wild.states(), calm.states(), "{}", scene.name());
    }
}

#[test]
fn ten_thousand_random_steps_are_sound_and_of_the_stated_size() {
    for scene in scenes() {
        let size = spaces(&scene).observations();
        let mut pod = pod(&scene, 3, 0..4);
        for step in 0..2_500 {
            for row in 0..4 {
                act(&mut pod, row, step * 4 + row);
            }
            pod.step();
            for row in 0..4 {
                let entity = pod.entity(row);
                let Observation(observation) = pod.world.get(entity).unwrap();
                assert_eq!(observation.len(), size, "{}", scene.name());
                assert!(
                    observation.iter().all(|x| x.is_finite()),
                    "{}",
                    scene.name()
                );
                let Reward(reward) = pod.world.get(entity).unwrap();
                assert!(reward.is_finite(), "{}", scene.name());
            }
        }
        let broken = pod
            .take_finished()
            .iter()
            .filter(|e| e.crash.is_some())
            .count();
        assert_eq!(broken, 0, "{}", scene.name());
    }
}

#[test]
fn a_broken_environment_is_ended_and_begins_anew() {
    for scene in scenes() {
        let mut pod = pod(&scene, 1, 0..2);
        let entity = pod.entity(0);
        pod.world
            .get_mut::<Action>(entity)
            .unwrap()
            .0
            .fill(f32::NAN);
        assert_eq!(
            pod.step_without_reset(),
            StepEnd::Broken,
            "{}",
            scene.name()
        );
        pod.world.get_mut::<Action>(entity).unwrap().0.fill(0.0);
        pod.begin_ended_episodes();
        let episode = pod.world.get::<Episode>(entity).unwrap();
        assert_eq!(episode.number, 2);
        for _ in 0..10 {
            pod.step();
        }
        assert!(
            !pod.take_finished()
                .iter()
                .skip(1)
                .any(|e| e.crash.is_some())
        );
        let Observation(observation) = pod.world.get(entity).unwrap();
        assert!(observation.iter().all(|x| x.is_finite()));
    }
}

#[test]
fn goals_lie_where_the_scene_says() {
    let scene = Arc::new(Scene::parse("reach", include_str!("../scenes/reach.ron")).unwrap());
    let pod = pod(&scene, 1, 0..200);
    for row in 0..200 {
        let Goal([x, y, z]) = pod.world.get(pod.entity(row)).unwrap();
        let distance = (x * x + y * y + (z - 0.1625) * (z - 0.1625)).sqrt();
        assert!((0.2999..0.7501).contains(&distance) && *z >= 0.1);
    }
}
