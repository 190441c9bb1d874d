//! The state of a run: what a checkpoint holds of a [`Trainer`], and how one comes back.

use std::time::Instant;

use super::progress::Progress;
use super::{Job, TrainError, Trainer, evaluate};
use crate::checkpoint::image::{Clock, Image, LogLengths, State};
use crate::checkpoint::{RunFolder, policy_file};
use crate::contain::contain;
use crate::learn::student::Student;
use crate::pod::contained::ContainedPod;
use crate::pod::{PodError, Purpose, Restored};
use crate::team::Team;

impl Trainer {
    pub(super) fn state(&self) -> State {
        State {
            learner: self.student.save(),
            progress: self.progress.save(),
            environments: self.pods.iter().flat_map(ContainedPod::states).collect(),
        }
    }

    /// Writes a checkpoint.
    pub(super) fn save(&mut self) {
        let began = Instant::now();
        let policy = policy_file::to_bytes(&self.student.policy());
        let image = Image {
            run: self.keeper.folder().map_or([0; 32], RunFolder::run),
            iteration: self.progress.iteration(),
            state: self.state(),
            best: self.best.clone(),
            logs: LogLengths::default(),
            clock: Clock {
                wall_s: self.wall_s(),
                ..self.clock
            },
        };
        self.keeper.save(began, image, &policy);
    }

    /// Goes on from the newest checkpoint that can be read and holds this run.
    pub(super) fn resume(&mut self) -> Result<(), TrainError> {
        let teller = self.publisher.teller();
        let Some(folder) = self.keeper.folder() else {
            return Ok(());
        };
        let was_begun = folder.has_rows();
        for found in folder.checkpoints()? {
            let image = found.image.map_err(|error| error.to_string());
            let restored =
                image.and_then(|image| contain(|| self.restore(image)).unwrap_or_else(Err));
            match restored {
                Ok((logs, bits)) => {
                    let steps = self.progress.steps();
                    teller.tell(&format!("resumed from step {steps}"));
                    if bits == Restored::Similar {
                        teller.tell(
                            "warning: this machine computes other bits than the one that wrote the checkpoint: \
                             the run goes on, but not as the same bytes",
                        );
                    }
                    self.resumed_from = Some(steps);
                    let checkpoint = Some((found.name.as_str(), self.progress.iteration()));
                    return Ok(self.keeper.go_on_from(checkpoint, logs)?);
                }
                Err(problem) => {
                    teller.tell(&format!("checkpoint {} is left out: {problem}", found.name));
                }
            }
        }
        if was_begun {
            teller.tell("no checkpoint can be used: the run begins afresh");
        }
        Ok(self.keeper.go_on_from(None, LogLengths::default())?)
    }

    /// Becomes what a checkpoint holds, all of it or nothing.
    fn restore(&mut self, image: Image) -> Result<(LogLengths, Restored), String> {
        let Image {
            state,
            best,
            logs,
            clock,
            ..
        } = image;
        let progress = Progress::read(&state.progress)?;
        let mut student = student(&self.job);
        student.restore(&state.learner)?;
        if let Some(best) = &best {
            policy_file::from_bytes(best)?;
        }
        if state.environments.len() != self.job.learner.settings().envs() {
            return Err("it has another number of environments".to_owned());
        }
        let pods = pods(&self.job, &self.team).map_err(|error| error.to_string())?;
        let mut pods: Vec<_> = pods
            .into_iter()
            .map(|pod| (pod, Ok(Restored::Same)))
            .collect();
        self.team.for_each(&mut pods, |(pod, restored)| {
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
        (self.pods, self.student, self.progress) = (restored, student, progress);
        (self.best, self.clock) = (best, clock.or_zero());
        Ok((logs, bits))
    }
}

/// The environments of a run at their beginning, as many pods as the team has members.
pub(super) fn pods(job: &Job, team: &Team) -> Result<Vec<ContainedPod>, PodError> {
    let envs = job.learner.settings().envs() as u64;
    evaluate::split(0..envs, team.threads() as u64)
        .map(|range| ContainedPod::new(&job.environment, job.seed, Purpose::Training, range))
        .collect()
}

/// The learner of a run at its beginning.
pub(super) fn student(job: &Job) -> Box<dyn Student> {
    let settings = job.learner.settings();
    settings.start(&job.environment.spaces(), job.seed)
}
