//! Watches a training that another process runs, by following its run folder.

use bevy::app::{App, Plugin, PreUpdate};
use bevy::ecs::prelude::{Res, ResMut, Resource};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use super::TrainResult;
use super::status::TrainingStatus;
use crate::checkpoint::follow::{FolderUpdate, Follower};
use crate::metrics::{Metric, Row};
use crate::step::curriculum::Solved;

/// Time between two reads of the folder.
pub const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Seconds over which the speed of a training is averaged.
const PACE_OVER_S: f64 = 30.0;

/// Turns updates of a run folder into a [`TrainingStatus`].
pub struct WatchedRun {
    solved: Option<Solved>,
    /// Recent iterations and the times of their ends (s).
    times: VecDeque<(u64, f64)>,
    solving: Option<SolvingIteration>,
}

/// The iteration of the last evaluation, if it met the threshold: a run evaluates until it is solved.
struct SolvingIteration {
    iteration: u64,
    steps: u64,
    wall_s: Option<f64>,
}

impl WatchedRun {
    /// For a run whose scene counts as solved at `solved`.
    pub fn new(solved: Option<Solved>) -> Self {
        Self {
            solved,
            times: VecDeque::new(),
            solving: None,
        }
    }

    /// Takes in an update of the folder.
    pub fn take_in(&mut self, found: FolderUpdate, status: &mut TrainingStatus) {
        status.begins_anew = found.begins_anew;
        if found.is_gone {
            status.rows.clear();
            status.trouble = found.trouble;
            return;
        }
        if found.begins_anew {
            *self = Self::new(self.solved);
            status.row = Row::default();
        }
        status.note_rows(found.rows);
        for row in &status.rows {
            self.note_evaluation(row);
        }
        for (iteration, wall_s) in found.times {
            self.note_time(iteration, wall_s);
        }
        if found.total_steps.is_some() {
            status.total_steps = found.total_steps;
        }
        if found.change.is_some() {
            status.change = found.change;
        }
        if let Some(policy) = found.policy {
            status.policy = Some(policy.into());
        }
        let solving = self.solving.as_ref();
        status.solved_step = solving.map(|solving| solving.steps);
        status.solved_wall_s = solving.and_then(|solving| solving.wall_s);
        if let Some(steps) = count(&status.row, Metric::Steps) {
            status.steps = steps;
            let iteration = count(&status.row, Metric::Iteration).unwrap_or(0);
            let per_iteration = steps as f64 / iteration.max(1) as f64;
            status.steps_per_s = per_iteration * self.iterations_per_s();
        }
        status.trouble = found.trouble;
        status.result = None;
        match found.result.as_deref().map(serde_json::from_str) {
            Some(Ok(result)) => end(status, result),
            Some(Err(error)) => {
                let trouble = format!("result.json: {error}");
                status.trouble.get_or_insert(trouble);
            }
            None => {}
        }
    }

    fn note_evaluation(&mut self, row: &Row) {
        let Some(total_reward) = row.get(Metric::EvaluationReturn) else {
            return;
        };
        let success = row.get(Metric::EvaluationSuccess);
        let meets = |solved: &Solved| solved.is_met_by(success, total_reward);
        self.solving = self.solved.filter(meets).and_then(|_| {
            Some(SolvingIteration {
                iteration: count(row, Metric::Iteration)?,
                steps: count(row, Metric::Steps)?,
                wall_s: None,
            })
        });
    }

    fn note_time(&mut self, iteration: u64, wall_s: f64) {
        if let Some(solving) = &mut self.solving
            && solving.iteration == iteration
        {
            solving.wall_s = Some(wall_s);
        }
        // A resumed run may restart both clock and iterations.
        let goes_on = |&(i, s): &(u64, f64)| i < iteration && s <= wall_s;
        if !self.times.back().is_none_or(goes_on) {
            self.times.clear();
        }
        self.times.push_back((iteration, wall_s));
        while self.times.len() > 2 && self.times[0].1 < wall_s - PACE_OVER_S {
            self.times.pop_front();
        }
    }

    fn iterations_per_s(&self) -> f64 {
        match (self.times.front(), self.times.back()) {
            (Some((first, began)), Some((last, now))) if now > began => {
                (last - first) as f64 / (now - began)
            }
            _ => 0.0,
        }
    }
}

/// The result that the run has written is exact.
fn end(status: &mut TrainingStatus, result: TrainResult) {
    status.steps = result.steps;
    status.steps_per_s = result.steps_per_s;
    status.solved_step = result.solved_step;
    status.solved_wall_s = result.solved_wall_s;
    status.result = Some(Ok(result));
}

fn count(row: &Row, metric: Metric) -> Option<u64> {
    row.get(metric).map(|number| number as u64)
}

/// Feeds an app with the [`TrainingStatus`] of a run folder.
pub struct WatchPlugin(Mutex<Option<(Follower, WatchedRun)>>);

impl WatchPlugin {
    /// Starts to follow when the app is built.
    pub fn new(follower: Follower, watched: WatchedRun) -> Self {
        Self(Mutex::new(Some((follower, watched))))
    }
}

#[derive(Resource)]
struct Looks(Mutex<(Receiver<FolderUpdate>, WatchedRun)>);

impl Plugin for WatchPlugin {
    fn build(&self, app: &mut App) {
        let parts = self.0.lock().expect("nobody panics with it").take();
        let (mut follower, watched) = parts.expect("a plugin is built once");
        // A capacity of one: while an update is not taken, the folder is not read, and nothing accumulates.
        let (tell, looks) = sync_channel(1);
        thread::Builder::new()
            .name("follower".into())
            .spawn(move || {
                loop {
                    let found = follower.look();
                    let is_up_to_date = !found.has_more;
                    if tell.send(found).is_err() {
                        break;
                    }
                    if is_up_to_date {
                        thread::sleep(LOOK_EVERY);
                    }
                }
            })
            .expect("the system starts a thread");
        app.init_resource::<TrainingStatus>()
            .insert_resource(Looks(Mutex::new((looks, watched))))
            .add_systems(PreUpdate, take_in);
    }
}

fn take_in(looks: Res<Looks>, mut status: ResMut<TrainingStatus>) {
    let (looks, watched) = &mut *looks.0.lock().expect("nobody panics with it");
    match looks.try_recv() {
        Ok(found) => watched.take_in(found, &mut status),
        Err(_) => {
            status.rows.clear();
            status.begins_anew = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(iteration: f64, evaluated: Option<f64>) -> Row {
        let mut row = Row::default();
        row.set(Metric::Iteration, iteration);
        row.set(Metric::Steps, 100.0 * iteration);
        if let Some(evaluated) = evaluated {
            row.set(Metric::EvaluationReturn, evaluated);
        }
        row
    }

    fn watched() -> WatchedRun {
        WatchedRun::new(Some(Solved::Return(1.0)))
    }

    fn found(rows: Vec<Row>, times: Vec<(u64, f64)>) -> FolderUpdate {
        FolderUpdate {
            rows,
            times,
            ..FolderUpdate::default()
        }
    }

    #[test]
    fn speed_is_that_of_the_last_seconds() {
        let (mut watched, mut status) = (watched(), TrainingStatus::default());
        let rows = (1..=4).map(|i| row(f64::from(i), None)).collect();
        let times = vec![(1, 0.0), (2, 100.0), (3, 100.25), (4, 100.5)];
        watched.take_in(found(rows, times), &mut status);
        // Two iterations of 100 steps in half a second; the first second lies too far back.
        assert_eq!((status.steps, status.steps_per_s), (400, 400.0));
        watched.take_in(found(vec![row(5.0, None)], vec![(5, 0.5)]), &mut status);
        assert_eq!(status.steps_per_s, 0.0, "another process, another clock");
    }

    #[test]
    fn the_last_evaluation_solved_it_if_it_was_good_enough() {
        let (mut watched, mut status) = (watched(), TrainingStatus::default());
        let rows = vec![row(1.0, Some(0.5)), row(2.0, None)];
        watched.take_in(found(rows, vec![(1, 0.5), (2, 1.0)]), &mut status);
        assert_eq!(status.solved_step, None);
        let rows = vec![row(3.0, Some(1.0)), row(4.0, None)];
        watched.take_in(found(rows, vec![(3, 1.5), (4, 2.0)]), &mut status);
        assert_eq!(
            (status.solved_step, status.solved_wall_s),
            (Some(300), Some(1.5))
        );
    }

    #[test]
    fn what_was_known_of_a_folder_that_is_gone_stays() {
        let (mut watched, mut status) = (watched(), TrainingStatus::default());
        watched.take_in(found(vec![row(1.0, None)], Vec::new()), &mut status);
        let gone = FolderUpdate {
            is_gone: true,
            trouble: Some("gone".to_owned()),
            ..FolderUpdate::default()
        };
        watched.take_in(gone, &mut status);
        assert_eq!((status.steps, status.rows.len()), (100, 0));
        assert_eq!(status.trouble.as_deref(), Some("gone"));
    }

    #[test]
    fn what_went_before_a_new_beginning_is_forgotten() {
        let (mut watched, mut status) = (watched(), TrainingStatus::default());
        watched.take_in(
            found(vec![row(7.0, Some(1.0))], vec![(7, 1.0)]),
            &mut status,
        );
        let anew = FolderUpdate {
            begins_anew: true,
            ..found(vec![row(1.0, None)], Vec::new())
        };
        watched.take_in(anew, &mut status);
        assert_eq!((status.steps, status.solved_step), (100, None));
        assert_eq!(status.row.get(Metric::EvaluationReturn), None);
        assert!(status.begins_anew && status.rows.len() == 1);
    }
}
