//! Promise: every scene of the folder `scenes` is sound: its numbers are finite and of the size that it says, a seed is a trajectory,
//! random actions do not break it, every entry of the observation tells something, and the doctor finds nothing serious.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rand::RngExt;
use sinew::doctor::{self, Finding};
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Action, Environment, Fault, Observation, Pod, Purpose, Reward};
use sinew::scene::{Scene, Severity};
use sinew::seed::Seed;
use sinew::step::{ActionSpace, StepEnd};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn scenes() -> Vec<Arc<Scene>> {
    let scenes = scenes_of("scenes");
    assert!(
        scenes.len() >= Scene::shipped().count(),
        "the folder was found"
    );
    scenes
}

/// Those too that are for tests alone, and may be odd.
fn all_scenes() -> Vec<Arc<Scene>> {
    let folders = ["scenes", "tests/scenes", "tests/doctor"];
    folders.into_iter().flat_map(scenes_of).collect()
}

fn scenes_of(folder: &str) -> Vec<Arc<Scene>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ron"))
        .collect();
    files.sort();
    let open = |file: &PathBuf| Arc::new(Scene::open(file.to_str().unwrap()).unwrap());
    files.iter().map(open).collect()
}

/// A pod of which every environment takes `steps` random actions; `see` sees observation and reward of each.
fn play(
    scene: &Arc<Scene>,
    seed: u64,
    environments: u64,
    steps: u32,
    see: &mut dyn FnMut(&[f32], f32),
) {
    let environment = SceneEnvironment::new(scene.clone());
    let mut pod = Pod::new(
        &environment,
        Seed::new(seed),
        Purpose::Judging,
        0..environments,
    )
    .unwrap();
    let mut rng = Seed::new(seed).stream("conformance").nth(0);
    for _ in 0..steps {
        for row in 0..pod.len() {
            let entity = pod.entity(row);
            let mut action = pod.world.get_mut::<Action>(entity).unwrap();
            for entry in &mut action.0 {
                *entry = 2.0 * rng.random::<f32>() - 1.0;
            }
        }
        pod.step_without_reset();
        for row in 0..pod.len() {
            let environment = pod.world.entity(pod.entity(row));
            let Fault(fault) = environment.get().unwrap();
            let end: &StepEnd = environment.get().unwrap();
            assert_ne!(*end, StepEnd::Broken, "{}: {fault}", scene.name());
            let Reward(reward) = environment.get().unwrap();
            see(&environment.get::<Observation>().unwrap().0, *reward);
        }
        pod.begin_ended_episodes();
    }
}

#[test]
fn ten_thousand_random_steps_give_finite_numbers_and_break_nothing() {
    for scene in all_scenes() {
        let spaces = SceneEnvironment::new(scene.clone()).spaces();
        let mut steps = 0;
        play(&scene, 1, 10, 1_000, &mut |observation, reward| {
            assert_eq!(observation.len(), spaces.observations(), "{}", scene.name());
            let mut numbers = observation.iter().chain([&reward]);
            assert!(
                numbers.all(|x| x.is_finite()),
                "{}: {observation:?} {reward}",
                scene.name()
            );
            steps += 1;
        });
        assert_eq!(steps, 10_000);
    }
}

#[test]
fn a_seed_is_a_trajectory() {
    for scene in scenes() {
        let bits = |seed| {
            let mut bits = Vec::new();
            play(&scene, seed, 2, 200, &mut |observation, reward| {
                bits.extend(observation.iter().chain([&reward]).map(|x| x.to_bits()));
            });
            bits
        };
        let first = bits(1);
        assert!(first == bits(1), "{}: the same seed", scene.name());
        assert!(first != bits(2), "{}: another seed", scene.name());
    }
}

#[test]
fn every_name_is_one_thing() {
    for scene in scenes() {
        let spaces = SceneEnvironment::new(scene.clone()).spaces();
        let ActionSpace::Continuous(actions) = spaces.action else {
            panic!("motors turn as far as they like");
        };
        for names in [spaces.observation, actions] {
            let once: BTreeSet<&String> = names.iter().collect();
            assert!(
                once.len() == names.len() && !names.is_empty(),
                "{}: {names:?}",
                scene.name()
            );
        }
        let again = Scene::parse(scene.name(), scene.text()).unwrap();
        for (learner, _) in scene.learners() {
            assert_eq!(scene.meaning(learner), again.meaning(learner));
        }
    }
}

#[test]
fn the_doctor_finds_nothing_serious_and_no_entry_that_never_changes() {
    for scene in scenes() {
        let checkup = doctor::check(&scene, scene.learner(None).unwrap()).unwrap();
        let serious: Vec<&Finding> = (checkup.findings.iter())
            .filter(|finding| finding.severity == Severity::Serious)
            .collect();
        assert!(serious.is_empty(), "{}: {serious:#?}", scene.name());
        let still = checkup.constant_entries(&scene);
        assert!(still.is_empty(), "{}: {still:?}", scene.name());
    }
}
