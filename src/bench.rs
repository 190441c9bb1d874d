//! Measures training throughput against the machine's limit.
//!
//! The limit is the time of the physics engine alone plus that of the learner's matrix products at peak speed:
//! `threads / (bare + flops_per_step / peak)` control steps per second. Everything else (ECS, noise, gathering, activations, optimiser,
//! waiting) is overhead.

use rand::RngExt;
use serde::Serialize;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use crate::pod::scene::{SceneEnvironment, last_step, spaces};
use crate::pod::{Action, Pod, PodError, Purpose};
use crate::scene::Scene;
use crate::seed::Seed;
use crate::sim::{Actuators, Plant, Readings, Variation, readings, reset};
use crate::task::{Moment, draw, judge};
use crate::train::publish::Viewer;
use crate::train::{Job, TrainError, Trainer};

/// Repeats of each measurement, of which the best counts.
const REPEATS: usize = 5;
/// Seed of everything that is drawn; any would do.
const SEED: u64 = 1;
/// Approximate duration of one measurement (s).
const SPAN_S: f64 = 0.5;

/// The measurements, as `bench --json` prints them.
#[derive(Clone, Debug, Serialize)]
pub struct BenchResult {
    /// One control step of the physics engine alone, with random torques, on one thread (us).
    pub bare_us: f64,
    /// The scene's reward for one control step, on one thread (ns).
    pub reward_ns: f64,
    /// Control steps per second of collecting rollouts, without learning.
    pub collect_steps_per_s: f64,
    /// Control steps per second of training, end to end.
    pub train_steps_per_s: f64,
    /// Peak speed of a product of 1024 x 1024 f32 matrices on one thread (GFLOP/s).
    pub gemm_gflops: f64,
    /// Floating-point operations of the learner's matrix products per control step.
    pub flops_per_step: f64,
    /// Upper limit of control steps per second with this engine and these products.
    pub limit_steps_per_s: f64,
    /// `train_steps_per_s / limit_steps_per_s`.
    pub of_limit: f64,
    /// Threads that collect and train.
    pub threads: usize,
}

/// Measures training of a scene with a learner.
///
/// # Errors
/// The scene has no such preset, or the environment does not fit together.
pub fn bench(
    scene: &Arc<Scene>,
    learner_name: Option<&str>,
    threads: usize,
) -> Result<BenchResult, TrainError> {
    let (_, learner) = scene.learner(learner_name)?;
    let bare_us = least(|| bare_us(scene));
    let reward_ns = reward_ns(scene)?;
    let gemm_gflops = greatest(gemm_gflops);
    let job = Job {
        learner: learner.clone().with_steps(u64::MAX),
        threads,
        ..Job::new(scene, learner_name, SEED)?
    };
    let mut trainer = Trainer::new(job, Viewer::default().publisher())?;
    let settings = learner.settings();
    let steps = (settings.envs() * settings.horizon()) as f64;
    let collect_steps_per_s = steps_per_s(steps, || {
        trainer.collect();
    });
    // An off-policy learner makes no updates while it fills its replay memory.
    for _ in 0..settings.warmup().div_ceil(steps as u64) {
        trainer.iterate();
    }
    let train_steps_per_s = steps_per_s(steps, || {
        trainer.iterate();
    });
    let flops_per_step = settings.flops_per_step(&spaces(scene));
    let limit_s = bare_us * 1e-6 + flops_per_step / (gemm_gflops * 1e9);
    let limit_steps_per_s = threads as f64 / limit_s;
    Ok(BenchResult {
        bare_us,
        reward_ns,
        collect_steps_per_s,
        train_steps_per_s,
        gemm_gflops,
        flops_per_step,
        limit_steps_per_s,
        of_limit: train_steps_per_s / limit_steps_per_s,
        threads,
    })
}

/// The throughput of repeated iterations of `steps` control steps each.
fn steps_per_s(steps: f64, mut iterate: impl FnMut()) -> f64 {
    iterate();
    greatest(|| {
        let began = Instant::now();
        let mut done = 0.0;
        while began.elapsed().as_secs_f64() < SPAN_S {
            iterate();
            done += steps;
        }
        done / began.elapsed().as_secs_f64()
    })
}

/// The least of [`REPEATS`] measurements.
fn least(mut measure: impl FnMut() -> f64) -> f64 {
    (0..REPEATS)
        .map(|_| measure())
        .fold(f64::INFINITY, f64::min)
}

/// The greatest of [`REPEATS`] measurements.
fn greatest(mut measure: impl FnMut() -> f64) -> f64 {
    -least(|| -measure())
}

/// Time per control step of the engine alone (us). Episodes start as in the scene, outside the measured time.
fn bare_us(scene: &Scene) -> f64 {
    let plant = Plant::new(scene);
    let (robot, task) = (scene.robot(), scene.task());
    let mut rng = Seed::new(SEED).stream("bench").nth(0);
    let mut physics = plant.instantiate();
    let mut now = Readings::default();
    let mut actions = vec![0.0; robot.motors.len()];
    let nominal = Variation::default();
    let mut actuators = Actuators::at_rest(&plant);
    let (mut spent, mut steps) = (0.0, 0);
    while spent < SPAN_S {
        let stance = draw::start(robot, &task.start, &mut rng);
        let (simulation, colliders, joints, bodies) = physics.parts();
        plant.renew(simulation, colliders, joints, bodies);
        let multibodies = &mut joints.multibody_joints;
        reset::place(
            &plant,
            &stance,
            &mut colliders.colliders,
            multibodies,
            &mut bodies.bodies,
        );
        let began = Instant::now();
        for _ in 0..task.episode_steps {
            for action in &mut actions {
                *action = 2.0 * rng.random::<f32>() - 1.0;
            }
            actuators.take(&plant, &actions);
            let stepped = plant.step(
                &mut actuators,
                &nominal,
                simulation,
                colliders,
                joints,
                bodies,
            );
            readings::read_joints(&plant, &joints.multibody_joints, &mut now);
            steps += 1;
            if stepped.is_err() || began.elapsed().as_secs_f64() > SPAN_S {
                break;
            }
        }
        spent += began.elapsed().as_secs_f64();
    }
    spent * 1e6 / f64::from(steps)
}

/// Time of the reward for a control step (ns), measured on steps with random actions.
fn reward_ns(scene: &Arc<Scene>) -> Result<f64, PodError> {
    const ENVIRONMENTS: u64 = 64;
    const STEPS: u32 = 10;
    const ROUNDS: u32 = 2_000;
    let environment = SceneEnvironment::new(scene.clone());
    let seed = Seed::new(SEED);
    let mut pod = Pod::new(&environment, seed, Purpose::Watching, 0..ENVIRONMENTS)?;
    let mut rng = seed.stream("bench reward").nth(0);
    for _ in 0..STEPS {
        for row in 0..pod.len() {
            let entity = pod.entity(row);
            let mut action = pod.world.get_mut(entity).expect("every environment acts");
            let Action(action) = &mut *action;
            action.fill_with(|| 2.0 * rng.random::<f32>() - 1.0);
        }
        pod.step_without_reset();
    }
    let step = |row| last_step(&pod.world, pod.entity(row)).expect("it is a scene's");
    let steps: Vec<[Moment; 2]> = (0..pod.len()).map(step).collect();
    Ok(least(|| {
        let began = Instant::now();
        for _ in 0..ROUNDS {
            for [before, after] in black_box(&steps) {
                black_box(judge::reward(scene.task(), before, after));
            }
        }
        began.elapsed().as_secs_f64() * 1e9 / (f64::from(ROUNDS) * steps.len() as f64)
    }))
}

/// Speed of a large matrix product on this thread (GFLOP/s).
fn gemm_gflops() -> f64 {
    const N: usize = 1024;
    let a = vec![0.5_f32; N * N];
    let b = vec![0.25_f32; N * N];
    let mut c = vec![0.0_f32; N * N];
    let began = Instant::now();
    multiply(N, &a, &b, &mut c);
    let gflops = 2.0 * (N * N * N) as f64 / began.elapsed().as_secs_f64() * 1e-9;
    assert!(c[0] > 0.0, "the product was computed");
    gflops
}

#[expect(unsafe_code, reason = "the reference kernel takes pointers")]
/// `c = a b` for square matrices of `n` rows, by the reference kernel.
fn multiply(n: usize, a: &[f32], b: &[f32], c: &mut [f32]) {
    assert!(a.len() == n * n && b.len() == n * n && c.len() == n * n);
    let stride = n as isize;
    // SAFETY: the three slices hold n x n numbers, row-major, and only `c` is written.
    unsafe {
        gemm::gemm(
            n,
            n,
            n,
            c.as_mut_ptr(),
            1,
            stride,
            false,
            a.as_ptr(),
            1,
            stride,
            b.as_ptr(),
            1,
            stride,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
