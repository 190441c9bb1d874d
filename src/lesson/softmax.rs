//! The policy gradient computed by hand: a softmax policy over two actions, `pi = softmax(theta)`, and REINFORCE
//! (Williams, Simple statistical gradient-following algorithms, 1992), `theta += eta G grad ln pi(action)`.
//!
//! ```
//! let step = sinew::lesson::softmax::reinforce(&[0.0, 0.0], 0, 2.0, 0.1);
//! assert_eq!(
//!     step.to_string(),
//!     "\
//! preferences    theta       = (0, 0)
//! probabilities  pi          = (0.5, 0.5)
//! action 1 is sampled and pays G = 2
//! score          grad ln pi  = (1, 0) - pi = (0.5, -0.5)
//! step           eta G grad  = 0.1 * 2 * (0.5, -0.5) = (0.1, -0.1)
//! preferences    theta       = (0.1, -0.1)
//! probabilities  pi          = (0.5498, 0.4502)
//! "
//! );
//! ```

use rand::RngExt;
use serde::Serialize;
use std::fmt::{Display, Formatter, Result};

use super::text::{short, table, vector};
use crate::policy::categorical;
use crate::seed::{Rng, Seed};

/// `eta`, the learning rate.
const RATE: f32 = 0.1;
/// Payoff of action 1. Action 2 pays a uniform number from 0 to [`LITTLE`].
const MUCH: f32 = 2.0;
/// Largest payoff of action 2.
const LITTLE: f32 = 0.5;
/// Probability of action 1 at which the bandit counts as solved.
const SOLVED: f32 = 0.99;
/// Most steps of a run; none should need so many.
const MOST_STEPS: usize = 10_000;

/// The lesson: one step, and a run of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Softmax {
    /// A step from equal preferences, after action 1.
    pub step: Step,
    /// The steps after it, with sampled actions, until the bandit is solved.
    pub run: Vec<Step>,
}

/// A step of REINFORCE on a softmax policy with all intermediate results. Lists have one number per action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// `theta`.
    pub preferences: Vec<f32>,
    /// `pi`.
    pub probabilities: Vec<f32>,
    /// The sampled action, counted from 0.
    pub choice: usize,
    /// Its payoff, `G`.
    pub paid: f32,
    /// `eta`.
    pub rate: f32,
    /// `grad ln pi(choice)`.
    pub score: Vec<f32>,
    /// `eta G grad ln pi(choice)`.
    pub step: Vec<f32>,
    /// `theta` after the step.
    pub preferences_after: Vec<f32>,
    /// `pi` after the step.
    pub probabilities_after: Vec<f32>,
}

/// The step from `preferences` after `choice` has paid `paid`.
pub fn reinforce(preferences: &[f32], choice: usize, paid: f32, rate: f32) -> Step {
    let mut score = vec![0.0; preferences.len()];
    categorical::score(choice, preferences, &mut score);
    let step: Vec<f32> = score.iter().map(|score| rate * paid * score).collect();
    let after = preferences
        .iter()
        .zip(&step)
        .map(|(theta, step)| theta + step);
    let after: Vec<f32> = after.collect();
    Step {
        preferences: preferences.to_vec(),
        probabilities: probabilities(preferences),
        choice,
        paid,
        rate,
        score,
        step,
        probabilities_after: probabilities(&after),
        preferences_after: after,
    }
}

/// `pi` of preferences, one number per action.
fn probabilities(preferences: &[f32]) -> Vec<f32> {
    let mut probabilities = vec![0.0; preferences.len()];
    categorical::probabilities(preferences, &mut probabilities);
    probabilities
}

impl Softmax {
    /// The lesson with actions sampled from a seed.
    pub fn new(seed: Seed) -> Self {
        let mut rng = seed.stream("lesson softmax").nth(0);
        let step = reinforce(&[0.0, 0.0], 0, MUCH, RATE);
        let mut run = Vec::new();
        let mut preferences = step.preferences_after.clone();
        while run.len() < MOST_STEPS && probabilities(&preferences)[0] < SOLVED {
            let choice = categorical::choose(&preferences, rng.random());
            let paid = pay(choice, &mut rng);
            let step = reinforce(&preferences, choice, paid, RATE);
            preferences.clone_from(&step.preferences_after);
            run.push(step);
        }
        Self { step, run }
    }
}

/// The payoff of an arm of the bandit.
fn pay(choice: usize, rng: &mut Rng) -> f32 {
    match choice {
        0 => MUCH,
        _ => LITTLE * rng.random::<f32>(),
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter) -> Result {
        let chosen: Vec<f32> = (0..self.score.len())
            .map(|i| f32::from(i == self.choice))
            .collect();
        let (paid, rate, score) = (short(self.paid), short(self.rate), vector(&self.score));
        let line = |f: &mut Formatter, what, name, value: String| {
            writeln!(f, "{what:13}  {name:10}  = {value}")
        };
        line(f, "preferences", "theta", vector(&self.preferences))?;
        line(f, "probabilities", "pi", vector(&self.probabilities))?;
        writeln!(
            f,
            "action {} is sampled and pays G = {paid}",
            self.choice + 1
        )?;
        let chosen = vector(&chosen);
        line(f, "score", "grad ln pi", format!("{chosen} - pi = {score}"))?;
        let step = format!("{rate} * {paid} * {score} = {}", vector(&self.step));
        line(f, "step", "eta G grad", step)?;
        line(f, "preferences", "theta", vector(&self.preferences_after))?;
        line(f, "probabilities", "pi", vector(&self.probabilities_after))
    }
}

impl Display for Softmax {
    fn fmt(&self, f: &mut Formatter) -> Result {
        writeln!(f, "One step of REINFORCE, from two equal preferences:\n")?;
        writeln!(f, "{}", self.step)?;
        writeln!(
            f,
            "Further steps: action 1 pays {}, action 2 a random amount from 0 to {}. Every action that pays becomes\n\
             more likely, in proportion to its payoff.\n",
            short(MUCH),
            short(LITTLE)
        )?;
        let rows = self.run.iter().enumerate();
        let rows = rows.map(|(i, step)| (i + 2, step));
        let shown = rows.filter(|(number, _)| is_shown(*number, self.run.len() + 1));
        let rows = shown.map(|(number, step)| {
            [
                number.to_string(),
                (step.choice + 1).to_string(),
                format!("{:.4}", step.paid),
                format!("{:.4}", step.preferences_after[0]),
                format!("{:.4}", step.preferences_after[1]),
                format!("{:.4}", step.probabilities_after[0]),
                format!("{:.4}", step.probabilities_after[1]),
            ]
        });
        let heads = [
            "step", "action", "pays", "theta 1", "theta 2", "pi 1", "pi 2",
        ];
        write!(f, "{}", table(heads, rows))?;
        let last = self.run.last().unwrap_or(&self.step);
        if last.probabilities_after[0] >= SOLVED {
            let steps = self.run.len() + 1;
            writeln!(
                f,
                "\nAfter {steps} steps action 1 has a probability of {SOLVED}. The steps become smaller as the policy becomes\n\
                 deterministic: the score of an action with probability 1 is 0."
            )?;
        }
        Ok(())
    }
}

/// Whether the output shows a step: the first ones, fewer later, and the last.
fn is_shown(number: usize, last: usize) -> bool {
    let most = match number {
        ..10 => 1,
        10..100 => 20,
        _ => 50,
    };
    number == last || number.is_multiple_of(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_by_hand() {
        // grad ln pi(1) = (1, 0) - (1/2, 1/2); 0.1 * 2 * that; softmax(0.2, 0) = 1 / (1 + exp(-0.2)).
        let step = reinforce(&[0.0, 0.0], 0, 2.0, 0.1);
        assert_eq!(step.score, [0.5, -0.5]);
        assert_eq!(step.step, [0.1, -0.1]);
        assert_eq!(step.preferences_after, [0.1, -0.1]);
        assert_eq!(vector(&step.probabilities_after), "(0.5498, 0.4502)");
    }

    #[test]
    fn a_payoff_of_0_changes_nothing() {
        let step = reinforce(&[0.5, -0.25, 0.0], 2, 0.0, 0.1);
        assert_eq!(step.preferences_after, step.preferences);
    }
}
