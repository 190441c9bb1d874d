//! Files of the replay memory: read as a block whose hash fits, drawn from, and added to.

use sinew::learn::replay::block::{Block, Digest};
use sinew::learn::replay::sample::Samples;
use sinew::learn::replay::{Replay, Shape};
use sinew::learn::rollout::Rollout;
use sinew::seed::Seed;
use sinew::step::{ActionSpace, Spaces, StepEnd};

use super::Loader;

/// One block holds it all.
const SHAPE: Shape = Shape {
    observations: 2,
    actions: 1,
    envs: 3,
    horizon: 8,
    capacity: 24,
};

fn rollout() -> Rollout {
    let spaces = Spaces {
        observation: vec!["x".into(), "v".into()],
        action: ActionSpace::Continuous(vec!["u".into()]),
    };
    let mut rollout = Rollout::new(SHAPE.envs, SHAPE.horizon, &spaces, 0);
    for i in 0..rollout.samples() {
        rollout.observations[2 * i] = i as f32;
        rollout.rewards[i] = 1.0 / (1.0 + i as f32);
    }
    rollout.ends[3] = StepEnd::Terminated;
    rollout.ends[9] = StepEnd::TimeLimit {
        last: vec![1.0, -2.0],
    };
    rollout.ends[20] = StepEnd::Broken;
    rollout
}

pub(super) fn loader() -> Loader {
    let mut replay = Replay::new(SHAPE);
    replay.push(&rollout());
    let file = replay.bytes(replay.rows());
    Loader::new("memory", vec![file], |bytes| {
        let digest = Digest {
            pushed: SHAPE.horizon as u64,
            blocks: vec![*blake3::hash(bytes).as_bytes()],
        };
        let mut replay = Replay::new(SHAPE);
        let read = |_: &Block| Ok(bytes.to_vec());
        if replay.restore(&digest, &read).is_err() {
            return false;
        }
        let places = replay.draw(64, &mut Seed::new(1).stream("fuzz").nth(0));
        let mut samples = Samples::default();
        replay.gather(&places, 3, 0.9, &mut samples);
        let seen = samples.observations.iter().chain(&samples.actions);
        assert!(
            seen.chain(&samples.next_observations)
                .all(|x| x.is_finite())
        );
        replay.push(&rollout());
        assert_eq!(replay.digest().blocks.len(), 1);
        true
    })
}
