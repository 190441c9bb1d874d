//! The channel between a trainer and its viewers: updates in one direction, stop, hold and scene edits in the other. The trainer
//! never waits for a reader: if a lock is held, an update is delivered with the next iteration.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::TrainResult;
use super::versions::SceneEdit;
use crate::metrics::Row;
use crate::policy::Policy;
use crate::worker_pool::WorkerPool;

/// Most unread rows: a hidden window may read nothing for days.
const MOST_WAITING: usize = 4096;

/// The newest state of a training, as a viewer sees it.
#[derive(Clone)]
pub struct TrainingUpdate {
    /// The newest policy.
    pub policy: Arc<Policy>,
    /// When the scene was solved (control steps).
    pub solved_step: Option<u64>,
    /// When the scene was solved (seconds since launch).
    pub solved_wall_s: Option<f64>,
    /// Control steps per second so far.
    pub steps_per_s: f64,
    /// What could not be written, if anything.
    pub trouble: Option<String>,
    /// The newest message about a change of the scene: that it has taken effect, or why it has not.
    pub change: Option<String>,
}

/// The reader's end.
#[derive(Clone, Default)]
pub struct Viewer(Arc<Shared>);

/// The trainer's end.
pub struct Publisher {
    shared: Arc<Shared>,
    /// Rows that could not be delivered yet.
    pending: Vec<Row>,
}

/// Receives messages for people; by default they are dropped.
#[derive(Clone)]
pub struct Messages(Arc<dyn Fn(&str) + Send + Sync>);

impl Default for Messages {
    fn default() -> Self {
        Self(Arc::new(|_| {}))
    }
}

impl Messages {
    pub(super) fn tell(&self, line: &str) {
        (self.0)(line);
    }
}

#[derive(Default)]
struct Shared {
    messages: Messages,
    unread: Mutex<Unread>,
    result: Mutex<Option<Result<TrainResult, String>>>,
    steps: AtomicU64,
    stop: Arc<AtomicBool>,
    hold: AtomicBool,
    edit: Mutex<Option<SceneEdit>>,
    is_watched: AtomicBool,
}

#[derive(Default)]
struct Unread {
    update: Option<TrainingUpdate>,
    rows: Vec<Row>,
}

impl Unread {
    fn tell(&mut self, rows: &mut Vec<Row>, update: TrainingUpdate) {
        self.update = Some(update);
        self.rows.append(rows);
        if self.rows.len() > MOST_WAITING {
            self.rows = self.rows.chunks(2).map(merged).collect();
        }
    }
}

/// Merges rows into one with the newest of their values.
fn merged(rows: &[Row]) -> Row {
    let mut all = Row::default();
    for row in rows {
        all.merge(row);
    }
    all
}

impl Viewer {
    /// A viewer that passes the training's messages (where it resumes from, what it could not save) to `tell`.
    pub fn telling(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared {
            messages: Messages(Arc::new(tell)),
            ..Shared::default()
        }))
    }

    /// The trainer's end of the same channel.
    pub fn publisher(&self) -> Publisher {
        Publisher {
            shared: self.0.clone(),
            pending: Vec::new(),
        }
    }

    /// Takes the newest update, and one row per iteration since the last call, or fewer after a long time.
    pub fn take_updates(&self) -> (Option<TrainingUpdate>, Vec<Row>) {
        self.0.is_watched.store(true, Ordering::Relaxed);
        let mut unread = self.0.unread.lock().expect("no holder panics");
        (unread.update.take(), std::mem::take(&mut unread.rows))
    }

    /// The result of the training, once it has ended. It outlives the app.
    pub fn result(&self) -> Option<Result<TrainResult, String>> {
        self.0.result.lock().expect("no holder panics").clone()
    }

    pub(super) fn set_result(&self, result: Result<TrainResult, String>) {
        *self.0.result.lock().expect("no holder panics") = Some(result);
    }

    /// Control steps so far.
    pub fn steps(&self) -> u64 {
        self.0.steps.load(Ordering::Relaxed)
    }

    /// Asks the training to save its state and end.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }

    /// The flag behind [`Viewer::stop`], for signal handlers.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        self.0.stop.clone()
    }

    /// Holds the training between two iterations, or lets it go on.
    pub fn hold(&self, hold: bool) {
        self.0.hold.store(hold, Ordering::Relaxed);
    }

    /// Proposes a new version of the scene. The training takes up the newest proposal before its next iteration.
    pub fn propose_scene(&self, edit: SceneEdit) {
        *self.0.edit.lock().expect("no holder panics") = Some(edit);
    }

    /// Sends a message to people, as the training does.
    pub fn tell(&self, line: &str) {
        self.0.messages.tell(line);
    }

    /// Whether the training is held.
    pub fn is_held(&self) -> bool {
        self.0.hold.load(Ordering::Relaxed)
    }
}

impl Publisher {
    /// A worker pool that stops when a viewer asks for it.
    pub(super) fn pool(&self, threads: usize) -> WorkerPool {
        WorkerPool::stoppable(threads, self.shared.stop.clone())
    }

    /// Publishes an iteration's row and, if anybody reads updates, the one that `update` makes.
    pub(super) fn publish(
        &mut self,
        row: Row,
        steps: u64,
        update: impl FnOnce() -> TrainingUpdate,
    ) {
        self.shared.steps.store(steps, Ordering::Relaxed);
        if !self.shared.is_watched.load(Ordering::Relaxed) {
            return;
        }
        self.pending.push(row);
        if let Ok(mut unread) = self.shared.unread.try_lock() {
            unread.tell(&mut self.pending, update());
        }
    }

    /// Publishes the last update of a training; waits for a reader that holds the lock.
    pub(super) fn publish_last(&mut self, steps: u64, update: TrainingUpdate) {
        self.shared.steps.store(steps, Ordering::Relaxed);
        let mut unread = self.shared.unread.lock().expect("no holder panics");
        unread.tell(&mut self.pending, update);
    }

    /// Takes the newest proposal, unless one is being handed over at this moment.
    pub(super) fn take_scene_edit(&self) -> Option<SceneEdit> {
        self.shared.edit.try_lock().ok()?.take()
    }

    pub(super) fn messages(&self) -> Messages {
        self.shared.messages.clone()
    }

    pub(super) fn wait_while_held(&self) {
        let is_set = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        while is_set(&self.shared.hold) && !is_set(&self.shared.stop) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metric;
    use crate::nn::{Activation, Layout, Mlp};
    use crate::policy::Head;
    use crate::policy::normalize::Normalizer;
    use crate::step::{ActionSpace, Spaces};

    fn update() -> TrainingUpdate {
        let layout = Layout::new(vec![1, 1], Activation::Tanh);
        let policy = Policy {
            spaces: Spaces {
                observation: vec!["seen".into()],
                action: ActionSpace::Continuous(vec!["done".into()]),
            },
            normalizer: Normalizer::identity(),
            network: Mlp::from_parameters(layout, vec![0.0; 2]),
            head: Head::Gaussian { log_std: vec![0.0] },
        };
        TrainingUpdate {
            policy: Arc::new(policy),
            solved_step: None,
            solved_wall_s: None,
            steps_per_s: 0.0,
            trouble: None,
            change: None,
        }
    }

    #[test]
    fn rows_that_nobody_reads_are_thinned_and_the_newest_stays() {
        let viewer = Viewer::default();
        viewer.take_updates();
        let mut publisher = viewer.publisher();
        for step in 1..=100_000_u32 {
            let mut row = Row::default();
            row.set(Metric::Steps, f64::from(step));
            if step == 7 {
                row.set(Metric::EvaluationReturn, 0.5);
            }
            publisher.publish(row, u64::from(step), update);
        }
        let (_, rows) = viewer.take_updates();
        assert!((2048..=4096).contains(&rows.len()), "{}", rows.len());
        let steps = |row: &Row| row.get(Metric::Steps);
        assert_eq!(rows.last().and_then(steps), Some(100_000.0));
        let evaluated = |row: &&Row| row.get(Metric::EvaluationReturn) == Some(0.5);
        assert_eq!(rows.iter().filter(evaluated).count(), 1);
    }
}
