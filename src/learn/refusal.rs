//! Why an update is rolled back, and a run given up.

/// Updates that may be rolled back in a row before a run is given up.
pub const MOST_REFUSED: u32 = 10;

/// Why an update was rolled back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A number of the rollout is not finite.
    #[error("the rollout holds a number that is not finite")]
    Rollout,
    /// No step of it can be learnt from.
    #[error("every environment broke in every step")]
    Broken,
    /// The loss or the gradient of this network is not finite.
    #[error("the {0}'s gradient is not finite")]
    Gradient(&'static str),
    /// The step was finite, the state after it is not.
    #[error("a weight or statistic is not finite")]
    State,
}

/// A run that cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{MOST_REFUSED} updates one after the other were not learnt from, the last one because {0}; \
     the state before them is kept. Look at the crash records if environments broke, else lower the learning rate or \
     scale rewards and observations"
)]
pub struct GivenUp(pub Refusal);
