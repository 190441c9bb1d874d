//! The policy gradient where it can be computed by hand: a policy of two preferences, `pi = softmax(theta)`, and REINFORCE
//! (Williams, Simple statistical gradient-following algorithms, 1992), `theta += eta G grad ln pi(action)`.
//!
//! ```
//! let step = sinew::lesson::softmax::reinforce(&[0.0, 0.0], 0, 2.0, 0.1);
//! assert_eq!(
//!     step.to_string(),
//!     "\
//! preferences    theta       = (0, 0)
//! probabilities  pi          = (0.5, 0.5)
//! action 1 is drawn and pays G = 2
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

use super::{short, table, vector};
use crate::policy::categorical;
use crate::seed::{Rng, Seed};

/// `eta`, the learning rate.
const RATE: f32 = 0.1;
/// What action 1 pays; action 2 pays anything from 0 to [`LITTLE`].
const MUCH: f32 = 2.0;
/// What action 2 pays at most.
const LITTLE: f32 = 0.5;
/// The probability of action 1 with which the bandit counts as solved.
const SOLVED: f32 = 0.99;
/// Steps after which somebody should look at the lesson.
const MOST_STEPS: usize = 10_000;

/// The lesson: one step, and a run of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Softmax {
    /// From equal preferences, action 1 and what it pays.
    pub step: Step,
    /// Steps on, with actions drawn from the policy, to the first policy that knows what pays.
    pub run: Vec<Step>,
}

/// A step of REINFORCE on a softmax, and what it was made of. Lists have one number per choice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// `theta`.
    pub preferences: Vec<f32>,
    /// `pi`.
    pub probabilities: Vec<f32>,
    /// The action that was drawn, counted from 0.
    pub choice: usize,
    /// What it paid, `G`.
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

/// `pi` of preferences, one number per choice.
fn probabilities(preferences: &[f32]) -> Vec<f32> {
    let mut probabilities = vec![0.0; preferences.len()];
    categorical::probabilities(preferences, &mut probabilities);
    probabilities
}

impl Softmax {
    /// The lesson with draws of this seed.
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

/// What the arm of a bandit pays.
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
        writeln!(f, "action {} is drawn and pays G = {paid}", self.choice + 1)?;
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
            "And on: action 1 pays {}, action 2 anything from 0 to {}. Every action that pays becomes more likely,\n\
             the one that pays more by more.\n",
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
                "\nAfter {steps} steps action 1 has a probability of {SOLVED}. The surer the policy, the smaller its\n\
                 steps: the score of what it does anyway goes to 0."
            )?;
        }
        Ok(())
    }
}

/// A few steps at the start, fewer later, and the last.
fn is_shown(number: usize, last: usize) -> bool {
    let most = match number {
        ..10 => 1,
        10..100 => 20,
        _ => 50,
    };
    number == last || number % most == 0
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
    fn what_pays_nothing_teaches_nothing() {
        let step = reinforce(&[0.5, -0.25, 0.0], 2, 0.0, 0.1);
        assert_eq!(step.preferences_after, step.preferences);
    }
}
