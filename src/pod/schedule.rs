//! The schedule of a control step: its phases, their order and the pod's own systems in them.

use bevy::ecs::prelude::{IntoScheduleConfigs, Res, Resource, SystemSet};
use bevy::ecs::schedule::{
    LogLevel, Schedule, ScheduleBuildSettings, ScheduleConfigs, ScheduleLabel,
    SingleThreadedExecutor,
};

use super::record;

/// The schedule of one control step.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct ControlStep;

/// The phases of a control step, in their order.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// Observation to [`Action`](super::Action): by the policy, or set by hand.
    Decide,
    /// [`Action`](super::Action) to forces. The clamp to [-1, 1] is here.
    Actuate,
    /// Time goes on by one control step.
    Physics,
    /// State to readings.
    Sense,
    /// Readings to [`Reward`](super::Reward), [`StepEnd`](crate::step::StepEnd), the success of [`Episode`](super::Episode) and
    /// the next [`Observation`](super::Observation).
    Judge,
    /// The step enters the rollout.
    Record,
    /// Environments whose [`StepEnd`](crate::step::StepEnd) is not `Running` begin their next episode, from
    /// [`Episode::rng`](super::Episode::rng), and observe it.
    Reset,
    /// Not part of a step: after the saved components ([`Pod::save`](super::Pod::save)) have been read back, the others are recomputed.
    Restore,
}

#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
enum Frame {
    /// All phases but the reset.
    Step,
    /// From one episode to the next.
    NextEpisode,
    CountEpisodes,
    ClearStepEnds,
    /// Recomputes what was not saved.
    Restore,
}

/// Which parts of the schedule run.
#[derive(Resource)]
pub(super) struct Parts {
    pub(super) step: bool,
    pub(super) next_episode: bool,
    pub(super) restore: bool,
}

impl Parts {
    pub(super) const ALL: Self = Self {
        step: true,
        next_episode: true,
        restore: false,
    };
}

/// An empty control step with its phases and the pod's own systems.
pub(super) fn control_step() -> Schedule {
    let mut schedule = Schedule::new(ControlStep);
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..Default::default()
    });
    let chain = |sets: ScheduleConfigs<_>| sets.chain();
    schedule.configure_sets(chain(
        (
            Control::Decide,
            Control::Actuate,
            Control::Physics,
            Control::Sense,
            Control::Judge,
            Control::Record,
        )
            .in_set(Frame::Step)
            .into_configs(),
    ));
    schedule.configure_sets((
        Frame::Step.run_if(|parts: Res<Parts>| parts.step),
        Frame::NextEpisode.run_if(|parts: Res<Parts>| parts.next_episode),
        Frame::Restore.run_if(|parts: Res<Parts>| parts.restore),
        Control::Restore.in_set(Frame::Restore),
    ));
    schedule.configure_sets(chain(
        (Frame::CountEpisodes, Control::Reset, Frame::ClearStepEnds)
            .in_set(Frame::NextEpisode)
            .into_configs(),
    ));
    schedule.configure_sets(chain(
        (Frame::Step, Frame::NextEpisode, Frame::Restore).into_configs(),
    ));
    schedule.add_systems((
        record::decide.in_set(Control::Decide),
        (
            record::break_if_not_finite,
            record::record_actions,
            record::record,
        )
            .chain()
            .in_set(Control::Record),
        record::count_episodes.in_set(Frame::CountEpisodes),
        record::clear_step_ends.in_set(Frame::ClearStepEnds),
    ));
    schedule
}
