//! What tests that play scenes of one motor have in common.

use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Action, Observation, Pod, Purpose};
use sinew::scene::Scene;
use sinew::seed::Seed;
use std::sync::Arc;

/// An environment of the scene, with seed 1.
pub(crate) fn pod(scene: Scene) -> Pod {
    pod_of(scene, 1)
}

/// So many environments of it.
pub(crate) fn pod_of(scene: Scene, environments: u64) -> Pod {
    let environment = SceneEnvironment::new(Arc::new(scene));
    Pod::new(
        &environment,
        Seed::new(1),
        Purpose::Training,
        0..environments,
    )
    .expect("the scene builds")
}

/// Tells the motor of every environment what to do.
pub(crate) fn tell(pod: &mut Pod, action: f32) {
    for row in 0..pod.slots().count() {
        let mut told = pod.world.get_mut::<Action>(pod.entity(row));
        told.as_mut().expect("it acts").0[0] = action;
    }
}

/// Takes so many steps with this action, and says what the first environment sees then.
pub(crate) fn act(pod: &mut Pod, action: f32, steps: usize) -> Vec<f32> {
    for _ in 0..steps {
        tell(pod, action);
        pod.step();
    }
    seen(pod, 0)
}

/// What an environment of the pod sees.
pub(crate) fn seen(pod: &Pod, row: usize) -> Vec<f32> {
    let seen = pod.world.get::<Observation>(pod.entity(row));
    seen.expect("it sees").0.clone()
}

/// The numbers agree but for so much.
#[track_caller]
pub(crate) fn close(found: f32, expected: f32, within: f32) {
    all_close(&[found], &[expected], within);
}

/// The same, number by number.
#[track_caller]
pub(crate) fn all_close(found: &[f32], expected: &[f32], within: f32) {
    let near = |(x, y): (&f32, &f32)| (x - y).abs() <= within;
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(near),
        "{found:?} is not {expected:?}"
    );
}
