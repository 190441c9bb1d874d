//! Saving and restoring a [`Trainer`].

use std::sync::Arc;
use std::time::Instant;

use super::progress::Progress;
use super::{Job, TrainError, Trainer, evaluate};
use crate::checkpoint::snapshot::{Clock, LogLengths, Snapshot, State};
use crate::checkpoint::{RunFolder, RunIdentity, policy_file};
use crate::learn::Driver;
use crate::panics::catch_panic;
use crate::pod::guarded::GuardedPod;
use crate::pod::{Environment, PodError, Purpose, Restored};
use crate::worker_pool::WorkerPool;

impl Trainer {
    pub(super) fn state(&self) -> State {
        State {
            learner: self.learner.save(),
            progress: self.progress.save(),
            environments: self.pods.iter().flat_map(GuardedPod::states).collect(),
            memory: self.learner.memory().digest(),
        }
    }

    /// Writes a checkpoint.
    pub(super) fn save(&mut self) {
        let began = Instant::now();
        let policy = policy_file::to_bytes(&self.learner.policy());
        let snapshot = Snapshot {
            identity: (self.writer.folder()).map_or(RunIdentity::default(), RunFolder::identity),
            iteration: self.progress.iteration(),
            state: self.state(),
            best: self.best.clone(),
            logs: LogLengths::default(),
            clock: Clock {
                wall_s: self.wall_s(),
                ..self.clock
            },
        };
        let memory = self.learner.memory();
        self.writer.save(began, snapshot, &policy, memory);
    }

    /// Resumes from the newest usable checkpoint, in the version of the scene in force then.
    pub(super) fn resume(&mut self) -> Result<(), TrainError> {
        self.find_checkpoint()?;
        self.report_version();
        Ok(())
    }

    /// Tells the folder which version of the scene is in force.
    pub(super) fn report_version(&mut self) {
        let steps = self.progress.steps();
        let version = self.versions.in_force(steps);
        let text = version.map(|version| version.scene.text());
        self.writer
            .set_version_in_force(text, self.versions.events(steps));
    }

    fn find_checkpoint(&mut self) -> Result<(), TrainError> {
        let messages = self.publisher.messages();
        let Some(folder) = self.writer.folder() else {
            return Ok(());
        };
        let was_begun = folder.has_rows();
        for found in folder.checkpoints()? {
            let snapshot = found.snapshot.map_err(|error| error.to_string());
            let restored = snapshot
                .and_then(|snapshot| catch_panic(|| self.restore(snapshot)).unwrap_or_else(Err));
            match restored {
                Ok((logs, bits)) => {
                    let steps = self.progress.steps();
                    messages.tell(&format!("resumed from step {steps}"));
                    if bits == Restored::Similar {
                        messages.tell(
                            "warning: floating-point results differ here from those of the machine that wrote the checkpoint: \
                             the run continues, but will not be bit-identical",
                        );
                    }
                    self.resumed_from = Some(steps);
                    let checkpoint = Some((found.name.as_str(), self.progress.iteration()));
                    let memory = self.learner.memory();
                    return Ok(self.writer.resume_from(checkpoint, logs, memory)?);
                }
                Err(problem) => {
                    messages.tell(&format!("checkpoint {} is skipped: {problem}", found.name));
                }
            }
        }
        if was_begun {
            messages.tell("no checkpoint can be used: the run restarts from step 0");
        }
        let memory = self.learner.memory();
        let logs = LogLengths::default();
        Ok(self.writer.resume_from(None, logs, memory)?)
    }

    /// Restores a checkpoint, completely or not at all.
    fn restore(&mut self, snapshot: Snapshot) -> Result<(LogLengths, Restored), String> {
        let Snapshot {
            state,
            best,
            logs,
            clock,
            ..
        } = snapshot;
        let progress = Progress::read(&state.progress)?;
        let mut learner = (self.learner_of)(&self.job);
        let folder = self.writer.folder();
        learner.restore(&state.learner, &state.memory, &|block| {
            folder.ok_or("there is no folder")?.read_block(block)
        })?;
        if let Some(best) = &best {
            policy_file::from_bytes(best)?;
        }
        if state.environments.len() != self.job.learner.settings().envs() {
            return Err("it has another number of environments".to_owned());
        }
        let task = self.versions.task(progress.steps()).clone();
        let pods =
            pods(&task.environment, &self.job, &self.pool).map_err(|error| error.to_string())?;
        let mut pods: Vec<_> = pods
            .into_iter()
            .map(|pod| (pod, Ok(Restored::Same)))
            .collect();
        self.pool.for_each(&mut pods, |(pod, restored)| {
            *restored = pod.restore(&state.environments);
        });
        let mut bits = Restored::Same;
        let mut restored = Vec::new();
        for (pod, result) in pods {
            if result.map_err(|error| error.to_string())? == Restored::Similar {
                bits = Restored::Similar;
            }
            restored.push(pod);
        }
        (self.pods, self.learner, self.progress) = (restored, learner, progress);
        (self.best, self.clock, self.task) = (best, clock.or_zero(), task);
        Ok((logs, bits))
    }
}

/// The environments of a run in their initial state, in as many pods as the pool has workers.
pub(super) fn pods(
    environment: &Arc<dyn Environment>,
    job: &Job,
    pool: &WorkerPool,
) -> Result<Vec<GuardedPod>, PodError> {
    let envs = job.learner.settings().envs() as u64;
    evaluate::split(0..envs, pool.threads() as u64)
        .map(|range| GuardedPod::new(environment, job.seed, Purpose::Training, range))
        .collect()
}

/// The learner of a run, untrained.
pub(super) fn learner(job: &Job) -> Driver {
    let settings = job.learner.settings();
    settings.start(&job.environment.spaces(), job.seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::RunSettings;
    use crate::learn::replay::Shape;
    use crate::learn::replay::example::Rememberer;
    use crate::scene::Scene;
    use crate::train::TrainResult;
    use crate::train::publish::Viewer;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::time::Duration;
    use tempfile::tempdir;

    /// 10 control steps in an iteration; episodes end in the middle.
    fn scene(steps: u64) -> Arc<Scene> {
        let set = [
            "learner.envs=2",
            "learner.horizon=5",
            "learner.batch=10",
            "task.episode_s=0.15",
            &format!("learner.steps={steps}"),
        ];
        let scene = Scene::open_with("pendulum", Some("ppo"), &set.map(str::to_owned));
        Arc::new(scene.expect("it is shipped"))
    }

    fn job(folder: &Path, steps: u64, threads: usize) -> Job {
        let scene = scene(steps);
        let settings = RunSettings {
            version: "test".into(),
            scene: "pendulum".into(),
            learner: "ppo".into(),
            seed: 1,
            steps,
            envs: 2,
        };
        Job {
            solved: None,
            threads,
            folder: Some(RunFolder::open(Some(folder), settings, Some(&*scene)).unwrap()),
            checkpoint_every: Some(Duration::ZERO),
            ..Job::new(&scene, Some("ppo"), 1).unwrap()
        }
    }

    /// Instead of the job's learner, one that remembers 80 rows, in blocks of 5.
    fn rememberer(job: &Job) -> Driver {
        let spaces = job.environment.spaces();
        Rememberer {
            shape: Shape {
                observations: spaces.observations(),
                actions: spaces.actions(),
                envs: job.learner.settings().envs(),
                horizon: job.learner.settings().horizon(),
                capacity: 160,
            },
            spaces,
            seed: job.seed,
        }
        .start()
    }

    fn trainer(folder: &Path, steps: u64, threads: usize) -> Trainer {
        let publisher = Viewer::default().publisher();
        Trainer::with_learner(job(folder, steps, threads), publisher, rememberer).unwrap()
    }

    fn train(folder: &Path, steps: u64, threads: usize) -> TrainResult {
        let result = trainer(folder, steps, threads).run();
        assert_eq!(result.trouble, None);
        result
    }

    /// The files of the memory, the oldest first.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder.join("replay")).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    #[test]
    fn a_run_that_remembers_goes_on_as_the_same_run() {
        let (whole, parts) = (tempdir().unwrap(), tempdir().unwrap());
        let expected = train(whole.path(), 1200, 2);
        assert_eq!(expected.resumed_from_step, None);
        for (steps, threads) in [(50, 1), (400, 2), (990, 3), (1200, 1)] {
            let result = train(parts.path(), steps, threads);
            assert_eq!(result.steps, steps);
            if steps == 1200 {
                assert_eq!(result.resumed_from_step, Some(990));
                assert_eq!(result.state_hash, expected.state_hash);
            }
        }
        // 600 rows, of which 80 are remembered and the checkpoint before remembers 5 others.
        let names = |folder| -> Vec<_> {
            let name = |path: PathBuf| path.file_name().unwrap().to_owned();
            files(folder).into_iter().map(name).collect()
        };
        assert_eq!(names(parts.path())[0], "000000000515.seg");
        assert_eq!(names(parts.path()).pop().unwrap(), "000000000595.seg");
        assert_eq!(names(parts.path()), names(whole.path()));
        for (mine, other) in files(parts.path()).iter().zip(files(whole.path())) {
            assert_eq!(fs::read(mine).unwrap(), fs::read(other).unwrap());
        }
    }

    #[test]
    fn a_memory_that_is_damaged_makes_its_checkpoints_unusable() {
        let (whole, damaged) = (tempdir().unwrap(), tempdir().unwrap());
        let expected = train(whole.path(), 600, 1).state_hash;
        let damages: [(usize, fn(&Path)); 4] = [
            // The last rows, which only the newest checkpoint counts on.
            (1, |path| {
                let bytes = fs::read(path).unwrap();
                fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
            }),
            (1, |path| fs::remove_file(path).unwrap()),
            (3, |path| {
                let mut bytes = fs::read(path).unwrap();
                bytes[0] ^= 1;
                fs::write(path, bytes).unwrap();
            }),
            (3, |path| fs::write(path, vec![0; 5 << 20]).unwrap()),
        ];
        for (back, damage) in damages {
            train(damaged.path(), 600, 2);
            let files = files(damaged.path());
            damage(&files[files.len() - back]);
            let result = train(damaged.path(), 600, 1);
            let from = if back == 1 { Some(590) } else { None };
            assert_eq!(result.resumed_from_step, from);
            assert_eq!(result.state_hash, expected);
        }
    }

    #[test]
    fn a_memory_whose_folder_is_deleted_is_written_again() {
        let (whole, lost) = (tempdir().unwrap(), tempdir().unwrap());
        let expected = train(whole.path(), 600, 1).state_hash;
        for what in ["", "replay"] {
            let path = lost.path().join("run");
            let mut trainer = trainer(&path, 600, 2);
            for iteration in 1..=40 {
                assert!(trainer.iterate() && trainer.report());
                if iteration % 20 == 1 {
                    trainer.save();
                }
                if iteration == 30 {
                    fs::remove_dir_all(path.join(what)).unwrap();
                }
            }
            trainer.save();
            assert_eq!(trainer.trouble(), None);
            drop(trainer);
            let result = train(&path, 600, 1);
            assert_eq!(result.resumed_from_step, Some(400));
            assert_eq!(result.state_hash, expected);
            fs::remove_dir_all(&path).unwrap();
        }
    }

    #[test]
    fn a_checkpoint_with_a_memory_is_none_of_a_learner_without() {
        let folder = tempdir().unwrap();
        train(folder.path(), 100, 1);
        let publisher = Viewer::default().publisher();
        let forgetful = Trainer::new(job(folder.path(), 200, 1), publisher).unwrap();
        assert_eq!(forgetful.run().resumed_from_step, None);
    }
}
