//! Promise: the example is Gymnasium's CartPole-v1. Expected values are from its formulas in double precision, the first ones by hand.

use super::*;
use sinew::pod::Purpose;
use sinew::seed::Seed;

fn pod(cart: [f32; 4]) -> Pod {
    let mut pod = Pod::new(&CartPole, Seed::new(1), Purpose::Training, 0..1).expect("it builds");
    let entity = pod.entity(0);
    pod.world.entity_mut(entity).insert(Cart(cart));
    pod
}

/// Takes a step with an action and returns how it ended, without starting the next episode.
fn step(pod: &mut Pod, choice: u8) -> ([f32; 4], StepEnd) {
    let entity = pod.entity(0);
    let action = Action(vec![f32::from(choice)]);
    pod.world.entity_mut(entity).insert(action);
    let end = pod.step_without_reset();
    assert_eq!(pod.world.get(entity), Some(&Reward(1.0)));
    let Cart(cart) = pod.world.get(entity).expect("it is there");
    (*cart, end)
}

fn assert_near(found: [f32; 4], expected: [f32; 4]) {
    let near = |(found, expected): (f32, f32)| (found - expected).abs() < 1e-6;
    assert!(
        found.into_iter().zip(expected).all(near),
        "{found:?}, not {expected:?}"
    );
}

#[test]
fn it_moves_as_the_formulas_say() {
    // A push to the right from rest accelerates the cart by 400 / 41 m/s^2 and the pole by -600 / 41 rad/s^2.
    let mut pod = pod([0.0; 4]);
    let (cart, end) = step(&mut pod, 1);
    assert_near(cart, [0.0, 8.0 / 41.0, 0.0, -12.0 / 41.0]);
    assert_eq!(end, StepEnd::Running);
    // A push to the left cancels the speeds; positions advance with the speeds before it.
    let (cart, _) = step(&mut pod, 0);
    assert_near(cart, [0.16 / 41.0, 0.0, -0.24 / 41.0, 0.0]);
    let (cart, _) = step(&mut self::pod([0.5, -1.0, 0.2, 0.8]), 1);
    assert_near(cart, [0.48, -0.808_100_6, 0.216, 0.576_297_5]);
}

#[test]
fn an_episode_ends_where_cart_or_pole_leave_their_range() {
    let ends = |cart| step(&mut pod(cart), 1).1;
    // 12 degrees are 0.20944 rad.
    assert_eq!(ends([0.0, 0.0, 0.209, 0.0]), StepEnd::Running);
    assert_eq!(ends([0.0, 0.0, -0.21, 0.0]), StepEnd::Terminated);
    assert_eq!(ends([2.39, 0.0, 0.0, 0.0]), StepEnd::Running);
    assert_eq!(ends([-2.41, 0.0, 0.0, 0.0]), StepEnd::Terminated);
}

#[test]
fn the_clock_ends_it_with_its_true_last_observation() {
    let mut pod = pod([0.0; 4]);
    let entity = pod.entity(0);
    let upright = [0.01, 0.02, 0.03, 0.04];
    for _ in 1..STEPS {
        pod.world.entity_mut(entity).insert(Cart(upright));
        assert_eq!(step(&mut pod, 0).1, StepEnd::Running);
    }
    let (cart, end) = step(&mut pod, 0);
    assert_eq!(
        end,
        StepEnd::TimeLimit {
            last: cart.to_vec()
        }
    );
    pod.begin_ended_episodes();
    let Cart(start) = pod.world.get(entity).expect("it is there");
    assert!(start.iter().all(|x| x.abs() <= 0.05) && *start != cart);
    assert_eq!(pod.world.get(entity), Some(&Observation(start.to_vec())));
}
