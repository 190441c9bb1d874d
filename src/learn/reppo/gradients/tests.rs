//! Gradients against finite differences, and what follows from a minibatch.

use super::*;
use crate::learn::chunks::Descent;
use crate::learn::refusal::Refusal;
use crate::learn::reppo::{ReppoSettings, ReppoState, ValueHead};
use crate::learn::rollout::Rollout;
use crate::learn::{Learner, Rate};
use crate::nn::Activation;
use crate::seed::Seed;
use crate::step::{ActionSpace, Spaces};
use crate::worker_pool::WorkerPool;

const ROWS: [u32; 4] = [0, 1, 2, 3];
const INPUTS: [f32; 8] = [0.5, -1.0, 1.0, 0.25, -0.75, 0.5, 0.0, 1.0];
const TARGETS: [f32; 4] = [0.5, -0.5, 1.0, 0.0];

fn reppo(value: ValueHead) -> Reppo {
    let settings = ReppoSettings {
        steps: 1,
        envs: 2,
        horizon: 2,
        epochs: 1,
        batch: 4,
        widths: vec![5],
        critic_widths: vec![8, 8],
        activation: Activation::Tanh,
        layer_norm: false,
        critic_layer_norm: true,
        value,
        gamma: 0.5,
        lambda: 0.5,
        rate: Rate::Constant(1e-3),
        critic_rate: 1e-3,
        kl: 0.25,
        kl_multiplier: 2.0,
        temperature: 0.5,
        target_entropy: 0.0,
        multiplier_rate: 0.5,
        max_gradient_norm: 1e9,
        log_std: -0.5,
        normalize_observations: true,
        scale_rewards: true,
    };
    let spaces = Spaces {
        observation: vec!["x".into(), "y".into()],
        action: ActionSpace::Continuous(vec!["u".into(), "v".into()]),
    };
    Reppo::new(settings, &spaces, Seed::new(3))
}

/// A state whose critic depends on actions, and a rollout half of which was acted by a policy far from its own.
fn begin(reppo: &Reppo) -> (ReppoState, Rollout) {
    let mut state = reppo.begin();
    state.critic.mlp.update(|weights| {
        for (i, weight) in weights.iter_mut().enumerate() {
            *weight = 2.0 * *weight + 0.1 * (i as f32).sin();
        }
    });
    let mut rollout = Rollout::new(2, 2, &reppo.spaces, 4);
    let at = squashed::output_of(-0.5);
    rollout.outputs = [[0.0, 0.0, at, at]; 4].concat();
    rollout.outputs[8] = 2.0;
    rollout.outputs[15] = at + 3.0;
    rollout.actions = vec![0.5, -0.25, 0.0, 0.75, -0.5, 0.5, 0.25, -0.75];
    (state, rollout)
}

fn batch<'a>(rollout: &'a Rollout, targets: &'a [f32]) -> Batch<'a> {
    Batch {
        rollout,
        inputs: &INPUTS,
        targets,
    }
}

/// Mean loss and its gradient.
type Found = (f64, Vec<f32>);

/// Those of both networks, of actions with the same noise every time.
fn losses(reppo: &Reppo, state: &mut ReppoState, rollout: &Rollout) -> [Found; 2] {
    let (shared, batch) = (Shared::new(state), batch(rollout, &TARGETS));
    reppo.actor_gradient(&shared, &batch, &ROWS, 0, Seed::new(5).stream("test"));
    reppo.critic_gradient(&shared, &batch, &ROWS, 0);
    [&reppo.actor_chunks[0], &reppo.critic_chunks[0]].map(|chunk| {
        let sum = lock(&chunk.sum);
        (f64::from(sum.sums.loss) / 4.0, sum.gradient.clone())
    })
}

/// Compares every entry of a network's gradient with a central difference.
fn compare(value: ValueHead, which: usize) {
    let reppo = reppo(value);
    let (mut state, rollout) = begin(&reppo);
    let (_, gradient) = losses(&reppo, &mut state, &rollout)[which].clone();
    let h = 1e-2_f32;
    let mut seen = 0;
    for (i, exact) in gradient.iter().enumerate() {
        let mut loss_after = |by: f32| {
            let network = match which {
                0 => &mut state.actor,
                _ => &mut state.critic,
            };
            network.mlp.update(|weights| weights[i] += by);
            losses(&reppo, &mut state, &rollout)[which].0
        };
        let (above, below) = (loss_after(h), loss_after(-2.0 * h));
        loss_after(h);
        let difference = (above - below) / f64::from(2.0 * h);
        let apart = (difference - f64::from(*exact)).abs();
        assert!(
            apart < 2e-3 + 0.02 * difference.abs(),
            "{i}: {difference} {exact}"
        );
        seen += usize::from(difference.abs() > 0.005);
    }
    assert!(seen > 5, "entries that are not zero were compared");
}

const HISTOGRAM: ValueHead = ValueHead::Histogram {
    bins: 9,
    reach: 2.0,
};

#[test]
fn the_gradient_through_critic_and_action_agrees_with_finite_differences() {
    compare(ValueHead::Scalar, 0);
    compare(HISTOGRAM, 0);
}

#[test]
fn gradients_of_the_critic_agree_with_finite_differences() {
    compare(ValueHead::Scalar, 1);
    compare(HISTOGRAM, 1);
}

#[test]
fn half_of_the_samples_are_beyond_the_kl_bound() {
    let reppo = reppo(ValueHead::Scalar);
    let (mut state, rollout) = begin(&reppo);
    losses(&reppo, &mut state, &rollout);
    let chunk = &reppo.actor_chunks[0];
    assert_eq!(lock(&chunk.scratch).within, [0, 1]);
    assert_eq!(lock(&chunk.sum).sums.clipped, 2.0);
}

/// One minibatch by one worker.
fn step(
    reppo: &Reppo,
    state: &mut ReppoState,
    rollout: &Rollout,
    targets: &[f32],
) -> Result<(), Refusal> {
    let (pool, shared) = (WorkerPool::new(1), Shared::new(state));
    let descent = Descent::new(&pool);
    let (batch, draws) = (batch(rollout, targets), Seed::new(5).stream("test"));
    pool.run(|worker| {
        let rates = [1e-3, 1e-3];
        reppo.minibatch(worker, &descent, &shared, &batch, &ROWS, draws, rates);
    });
    descent.finish()
}

#[test]
fn multipliers_follow_their_constraints() {
    // Less entropy than ln 2 for each entry, and a mean divergence above 0.25.
    let mut reppo = reppo(ValueHead::Scalar);
    reppo.settings.target_entropy = std::f32::consts::LN_2;
    let (mut state, rollout) = begin(&reppo);
    let (temperature, kl) = (state.temperature.value(), state.kl_multiplier.value());
    step(&reppo, &mut state, &rollout, &TARGETS).unwrap();
    assert!(state.temperature.value() > temperature);
    assert!(state.kl_multiplier.value() > kl);
}

#[test]
fn what_is_not_finite_is_refused() {
    let reppo = reppo(ValueHead::Scalar);
    let (mut state, mut rollout) = begin(&reppo);
    let before = state.critic.mlp.clone();
    let refused = step(
        &reppo,
        &mut state,
        &rollout,
        &[0.5, f32::INFINITY, 1.0, 0.0],
    );
    assert_eq!(refused, Err(Refusal::Gradient("critic")));
    assert_eq!(state.critic.mlp, before);
    rollout.outputs[0] = 1e30; // The divergence is infinite.
    let before = state.actor.mlp.clone();
    let refused = step(&reppo, &mut state, &rollout, &TARGETS);
    assert_eq!(refused, Err(Refusal::Gradient("actor")));
    assert_eq!(state.actor.mlp, before);
}
