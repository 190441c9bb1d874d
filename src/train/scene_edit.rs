//! Edits of the scene during training: an edit is taken up before an iteration, recorded durably, and takes effect at its end.

use super::Trainer;
use super::versions::Proposed;
use crate::metrics::Row;
use crate::pod::guarded::GuardedPod;
use crate::pod::{Level, PodError, Purpose};

impl Trainer {
    /// Takes up a proposed edit of the scene. It takes effect at the end of the coming iteration; that is recorded
    /// now, so that a resumed run does the same. An edit that cannot be applied is reported and changes nothing.
    pub(super) fn take_scene_edit(&mut self) {
        let steps = self.progress.steps();
        // A run that was resumed from an older checkpoint first meets the versions that it already has.
        if self.versions.has_any_after(steps) {
            return;
        }
        let Some(edit) = self.publisher.take_scene_edit() else {
            return;
        };
        let step = steps + self.job.learner.settings().steps_at_once();
        let file = edit.scene.files().first();
        let file = file.map_or(self.job.scene.clone(), |file| file.display().to_string());
        let problem = match self.versions.propose_edit(edit, step) {
            Proposed::Same => return,
            Proposed::Refused(why) => {
                format!(
                    "{why}: training continues with the old scene; `sinew train {file} --run NEW` begins a new run"
                )
            }
            Proposed::Fits(version) => {
                let environment = &version.task.environment;
                // The environment is built once before anything is written, to know that it can be.
                let played = GuardedPod::new(environment, self.job.seed, Purpose::Training, 0..1);
                let played = played.map_err(|error| error.to_string());
                let kept = |()| {
                    let kept = self.writer.add_version(version.file());
                    kept.map_err(|error| format!("could not save the new version: {error}"))
                };
                match played.map(drop).and_then(kept) {
                    Ok(()) => return self.versions.add(version),
                    Err(problem) => format!("{problem}: training continues with the old scene"),
                }
            }
        };
        self.announce(format!("step {steps}: the scene was edited, but {problem}"));
    }

    /// If a version takes effect at the end of this iteration, which began at `steps`, all episodes end, and the next
    /// ones begin in the new version. False if its environments cannot be built.
    pub(super) fn prepare_version(&mut self, steps: u64) -> bool {
        let now = self.progress.steps();
        let Some(version) = self.versions.between(steps, now) else {
            return true;
        };
        self.rollout.end_episodes();
        let task = &version.task;
        let level = self.progress.level().min(Level(task.levels()));
        let mut moved: Vec<_> = self.pods.iter().map(|pod| (pod, None)).collect();
        self.pool.for_each(&mut moved, |(pod, moved)| {
            *moved = Some(pod.in_version(&task.environment, level));
        });
        let moved = moved.into_iter().filter_map(|(_, moved)| moved).collect();
        match moved {
            Ok(pods) => self.next_pods = Some(pods),
            Err(error) => self.give_up(PodError::to_string(&error)),
        }
        self.next_pods.is_some()
    }

    /// Switches to the version of the scene that takes effect now.
    pub(super) fn enter(&mut self, pods: Vec<GuardedPod>, row: &mut Row) {
        // The episodes so far were of the version before.
        self.progress.report(row);
        let steps = self.progress.steps();
        self.pods = pods;
        self.task = self.versions.task(steps).clone();
        self.progress.begin_version(self.task.levels());
        self.clock.solved_s = None;
        self.report_version();
        if let Some(version) = self.versions.in_force(steps) {
            if version.forgets_values {
                self.learner.forget_values(version.step);
            }
            self.announce(version.in_words());
        }
        self.writer.save_soon();
    }

    fn announce(&mut self, line: String) {
        self.publisher.messages().tell(&line);
        self.change = Some(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::Episode;
    use crate::scene::Scene;
    use crate::step::StepEnd;
    use crate::train::Job;
    use crate::train::publish::Viewer;
    use crate::train::versions::SceneEdit;
    use std::sync::Arc;

    /// 10 control steps in an iteration, and episodes far longer than it.
    fn scene(change: &str) -> Arc<Scene> {
        let set = ["learner.envs=2", "learner.horizon=5", "learner.batch=10"];
        let set = set.into_iter().chain([change]).map(str::to_owned);
        let scene = Scene::open_with("pendulum", Some("ppo"), &set.collect::<Vec<_>>());
        Arc::new(scene.expect("it is shipped"))
    }

    #[test]
    fn episodes_of_the_version_before_end_with_it() {
        let viewer = Viewer::default();
        let job = Job {
            threads: 1,
            ..Job::new(&scene("learner.steps=1000"), Some("ppo"), 1).expect("it has it")
        };
        let mut trainer = Trainer::new(job, viewer.publisher()).expect("it builds");
        let limits = |trainer: &Trainer| {
            let is_limit = |end: &StepEnd| matches!(end, StepEnd::TimeLimit { .. });
            trainer
                .rollout
                .ends
                .iter()
                .map(is_limit)
                .collect::<Vec<_>>()
        };
        assert!(trainer.iterate());
        assert_eq!(limits(&trainer), [false; 10]);
        viewer.propose_scene(SceneEdit {
            scene: scene("task.control_hz=25"),
            forget_values: false,
        });
        trainer.take_scene_edit();
        assert!(trainer.iterate());
        let row = [false, false, false, false, true];
        assert_eq!(limits(&trainer), [row, row].concat());
        assert_eq!(trainer.progress.steps(), 20);
        // The second episode of each environment, at its beginning.
        let number_and_steps = |state: &Vec<u8>| {
            let (episode, _) = postcard::take_from_bytes::<Episode>(state).expect("it comes first");
            (episode.number, episode.steps)
        };
        let pods = trainer.pods.iter().flat_map(GuardedPod::states);
        let found: Vec<_> = pods.map(|state| number_and_steps(&state)).collect();
        assert_eq!(found, [(2, 0), (2, 0)]);
        assert!(trainer.iterate());
        assert_eq!(limits(&trainer), [false; 10]);
    }
}
