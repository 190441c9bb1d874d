//! What is too much and what too little. Each is set so that a scene that can be learnt is not accused: well away from what the
//! shipped scenes show, and from where a person would begin to doubt.

/// A goal counts as reached when the point comes this near (m), where the task does not say how near is near enough.
pub const NEAR_M: f32 = 0.02;
/// Microseconds that a search among poses may take on one core, by what a pose is expected to cost; there are two.
pub const LOOK_US: f64 = 2e4;
/// Goals that are tried.
pub const GOALS: u64 = 32;
/// A few tries may fail for reasons of the search; so many goals, as a share, are no accident.
pub const UNREACHABLE_SHARE: f64 = 0.1;
/// With so many goals out of reach there is hardly a task left.
pub const UNREACHABLE_SERIOUS: f64 = 0.5;
/// Above this share of its torque a motor that holds still cannot do anything else.
pub const FULL_LOAD: f32 = 1.0;
/// One control step of full torque may change a joint's speed by this share of `max_joint_speed`; then two steps break it.
pub const STRONG_SHARE: f32 = 0.5;
/// Radians of a spring's own swing per physics step: from here on a swing has less than 12 steps, and is smeared out.
pub const SWING_PER_STEP: f32 = 0.5;
/// A learner that looks ahead less than this share of an episode does not know what its end is worth.
pub const FORESIGHT: f64 = 0.05;
/// Starts that are tried.
pub const STARTS: u64 = 32;
/// An end that holds in this share of the starts is no accident of the start's noise.
pub const ENDING_STARTS: f64 = 0.5;
/// An overlap in fewer of the starts, as a share, may be left to the physics.
pub const OVERLAP_SHARE: f64 = 0.1;
/// With overlaps in so many of the starts hardly an episode is as it was meant.
pub const OVERLAP_SERIOUS: f64 = 0.5;

/// Microseconds that the rollouts of a check may take on one core, by what a step is expected to cost.
pub const ROLLOUT_US: f64 = 1.2e6;
/// Control steps of a check: at least these, and never more than those.
pub const ROLLOUT_STEPS: [f64; 2] = [20.0, 60_000.0];
/// Fewer steps say nothing about rewards and observations.
pub const STEPS: u64 = 200;
/// An episode that ends before this much time (s) was never played.
pub const AT_ONCE_S: f32 = 0.1;
/// When this share of the episodes is over at once under every actor, there is nothing to learn from.
pub const AT_ONCE_SHARE: f64 = 0.9;
/// Fewer episodes than this say nothing about success.
pub const EPISODES: usize = 8;
/// A robot holds still after this (s); until then its motors may have to work.
pub const SETTLED_S: f32 = 0.5;
/// Share of the steps in which a motor that holds still has nothing left.
pub const SATURATED: f64 = 0.5;
/// What a robot that nobody drives may gain, as a share of its largest kinetic energy: what an integrator's swings amount to.
pub const ENERGY_GAIN: f64 = 0.1;

/// A term whose largest value is less than this share of the largest of all does not fire.
pub const SILENT: f64 = 1e-6;
/// A cost of moving with this share of all that terms give and take leaves one thing to learn: to keep still.
pub const COSTLY: f64 = 0.95;
/// A term of the task whose best is less than this share of what another one gives on average is lost in its ups and downs.
pub const DROWNED: f64 = 0.02;
/// An entry that changes less than this, as a share of its size, is constant.
pub const CONSTANT: f64 = 1e-6;
/// Deviations that a network takes in its stride when nobody scales its inputs: from 1/50 to 20.
pub const SCALE: [f64; 2] = [0.02, 20.0];
/// Two entries whose correlation is above this are one.
pub const SAME: f64 = 0.99999;
