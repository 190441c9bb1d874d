//! Promise: the example is Gymnasium's Pendulum-v1. Expected values are from its formulas in double precision, the first ones by hand.

use super::*;
use sinew::pod::Purpose;
use sinew::seed::Seed;

fn pod(angle: f32, speed: f32) -> Pod {
    let mut pod = Pod::new(&Pendulum, Seed::new(1), Purpose::Training, 0..1).expect("it builds");
    let entity = pod.entity(0);
    pod.world.entity_mut(entity).insert(Rod { angle, speed });
    pod
}

/// Takes a step and returns angle, speed and reward.
fn step(pod: &mut Pod, action: f32) -> [f32; 3] {
    let entity = pod.entity(0);
    pod.world.entity_mut(entity).insert(Action(vec![action]));
    pod.step();
    let rod = pod.world.get::<Rod>(entity).expect("it is there");
    let reward = pod.world.get::<Reward>(entity).expect("it earns");
    [rod.angle, rod.speed, reward.0]
}

fn assert_near(found: [f32; 3], expected: [f32; 3]) {
    let near = |(found, expected): (f32, f32)| (found - expected).abs() < 3e-6;
    assert!(
        found.into_iter().zip(expected).all(near),
        "{found:?}, not {expected:?}"
    );
}

#[test]
fn it_swings_as_the_formulas_say() {
    // From horizontal at rest, with 2 N m: (15 + 6) 0.05 = 1.05 rad/s, and with this new speed 0.0525 rad. The reward is of the state
    // before: -(pi^2 / 4 + 0.001 * 4).
    let mut pod = pod(PI / 2.0, 0.0);
    assert_near(step(&mut pod, 1.0), [1.623_296_3, 1.05, -2.471_401]);
    // Actions are clipped: 2 N m the other way.
    assert_near(step(&mut pod, -3.0), [1.698_244_7, 1.498_966_6, -2.749_341]);
    assert_near(step(&mut pod, 0.25), [1.814_138_8, 2.317_883_7, -3.108_975]);
}

#[test]
fn speeds_are_clipped_and_angles_wrapped_for_the_reward_alone() {
    // An angle of 4 rad is 4 - 2 pi = -2.283 rad from upright, and is not wrapped: 4 - 8 * 0.05.
    assert_near(step(&mut pod(4.0, -7.9), -1.0), [3.6, -8.0, -11.457_936]);
}

#[test]
fn an_episode_starts_anywhere_and_ends_by_the_clock() {
    let mut pod = Pod::new(&Pendulum, Seed::new(1), Purpose::Training, 0..50).expect("it builds");
    let rods = |pod: &Pod| -> Vec<Rod> {
        let rod = |row| pod.world.get::<Rod>(pod.entity(row)).cloned();
        (0..pod.len()).filter_map(rod).collect()
    };
    let start = rods(&pod);
    assert!(
        start
            .iter()
            .all(|rod| rod.angle.abs() <= PI && rod.speed.abs() <= 1.0)
    );
    assert!(start.iter().any(|rod| rod.angle > 2.5) && start.iter().any(|rod| rod.angle < -2.5));
    for _ in 1..STEPS {
        pod.step();
    }
    assert!(pod.take_finished().is_empty());
    pod.step();
    let finished = pod.take_finished();
    assert_eq!(finished.len(), 50);
    assert!(finished.iter().all(|episode| episode.length == 200));
}
