//! Every metric of a run, declared once: name, unit and meaning. The log, the curves in the window and the table in
//! ARCHITECTURE.md read this declaration.

use serde::{Deserialize, Serialize};

macro_rules! metrics {
    ($($variant:ident, $name:literal, $unit:literal, $meaning:literal;)*) => {
        /// A number that a training iteration reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Metric {
            $(#[doc = concat!($meaning, " (", $unit, ").")] $variant,)*
        }

        impl Metric {
            /// All metrics in the order of the log's columns.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The column's name in `metrics.csv`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The unit, "1" for pure numbers.
            pub fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)* }
            }

            /// What it means, in a phrase.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

metrics! {
    Iteration, "iteration", "1", "Collect-and-update rounds done";
    Steps, "steps", "steps", "Control steps taken, summed over all environments";
    Episodes, "episodes", "1", "Training episodes finished";
    Return, "return", "reward", "Mean undiscounted return of the last 200 training episodes";
    Success, "success", "share", "Share of successes among the last 200 training episodes";
    Length, "length", "steps", "Mean length of the last 200 training episodes";
    Broken, "broken", "1", "Environments that broke and were rebuilt, since the start";
    EvaluationReturn, "eval_return", "reward", "Mean return of the evaluation episodes, mean action";
    EvaluationSuccess, "eval_success", "share", "Share of successes among the evaluation episodes, mean action";
    ActorLoss, "actor_loss", "1", "Policy loss, mean over the update's minibatches";
    CriticLoss, "critic_loss", "1", "Value loss in units of the scaled return, mean over the update's minibatches";
    Entropy, "entropy", "nat", "Entropy of the action distribution";
    Kl, "kl", "nat", "Mean of (ratio - 1) - ln ratio over the update: how far the policy moved";
    ClipFraction, "clip_fraction", "share", "Share of samples whose ratio left the clip range";
    Rate, "rate", "1", "Learning rate of the actor after the update";
    GradientNorm, "gradient_norm", "1", "Norm of the actor's gradient before clipping, mean over the minibatches";
    GradientVariance, "gradient_variance", "1", "Variance of the actor's gradient in units of the scaled return, summed over its parameters: what a baseline makes smaller";
    ExplainedVariance, "explained_variance", "share", "1 - var(return - value) / var(return) before the update";
    StandardDeviation, "std", "1", "Mean standard deviation of the policy's actions";
    Temperature, "temperature", "1", "What a nat of entropy counts as in rewards";
    Value, "value", "reward", "What the critics expect of the actions that the policy would draw, mean over the update's minibatches";
    Level, "level", "1", "Level of the curriculum that episodes begin at, from 0";
    Dropped, "dropped", "1", "Updates dropped because a number was not finite, since the start";
}

/// One value per metric, or none where it was not measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row(Vec<Option<f64>>);

impl Default for Row {
    fn default() -> Self {
        Self(vec![None; Metric::ALL.len()])
    }
}

impl Row {
    /// Sets a value; one that is not finite counts as not measured.
    pub fn set(&mut self, metric: Metric, value: f64) {
        self.0[metric as usize] = Some(value).filter(|value| value.is_finite());
    }

    /// The value, if it was measured.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        self.0[metric as usize]
    }

    /// Whether it has an entry for every metric; one that was read from a file may not.
    pub fn is_whole(&self) -> bool {
        self.0.len() == Metric::ALL.len() && self.0.iter().flatten().all(|x| x.is_finite())
    }

    /// Takes over every value that `other` has.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = theirs.or(*mine);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_what_was_measured() {
        let mut row = Row::default();
        row.set(Metric::Return, 1.5);
        let mut later = Row::default();
        later.set(Metric::Kl, 0.25);
        row.merge(&later);
        assert_eq!(row.get(Metric::Return), Some(1.5));
        assert_eq!(row.get(Metric::Kl), Some(0.25));
        assert_eq!(row.get(Metric::Success), None);
    }
}
