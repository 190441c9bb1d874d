//! Readings to reward, end of episode and success.

use std::borrow::Cow;

use super::{Moment, Reward, Task};

/// The weighted sum of the task's reward terms for the step that led from `before` to `after`.
pub fn reward(task: &Task, before: &Moment, after: &Moment) -> f32 {
    terms(task, before, after).sum()
}

/// What each of the task's reward terms gives, its weight included: the summands of [`reward`], in order.
pub fn terms(task: &Task, before: &Moment, after: &Moment) -> impl Iterator<Item = f32> {
    let weighted = |reward: &Reward| reward.weighted(before, after);
    task.reward.iter().map(weighted)
}

/// Whether the task says that the episode is over before its time.
///
/// # Errors
/// A condition is neither true nor false, because something in it is no number: in words.
pub fn is_terminal(task: &Task, moment: &Moment) -> Result<bool, Cow<'static, str>> {
    Ok(ending(task, moment)?.is_some())
}

/// Which of the task's ends it is that makes the episode over before its time: the first that holds.
///
/// # Errors
/// As [`is_terminal`].
pub fn ending(task: &Task, moment: &Moment) -> Result<Option<usize>, Cow<'static, str>> {
    for (i, end) in task.end.iter().enumerate() {
        let is_over = end.holds(moment);
        if is_over.ok_or("the condition of an end could not be evaluated (NaN)")? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

/// Whether an episode that ends in this moment was a success; none for tasks that do not know success.
///
/// # Errors
/// A condition is neither true nor false, because something in it is no number: in words.
pub fn success(task: &Task, moment: &Moment) -> Result<Option<bool>, Cow<'static, str>> {
    let Some(success) = &task.success else {
        return Ok(None);
    };
    let succeeds = success.holds(moment);
    Ok(Some(succeeds.ok_or(
        "the condition of success could not be evaluated (NaN)",
    )?))
}
