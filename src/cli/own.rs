//! The command line of a program with an environment of its own: `sinew train` and `sinew compare`, less the scene and the window.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::print::Failure;
use super::train::{Training, in_terminal, settings, steps, stored};
use super::{ContestArgs, PresetArgs, RunArgs};
use crate::checkpoint::read_own_run;
use crate::checkpoint::run_subject::{ProgramEnvironment, SubjectFile};
use crate::compare::Entrant;
use crate::learn::LearnerSettings;
use crate::pod::Environment;
use crate::scene::Presets;
use crate::scene::task::Solved;
use crate::seed::Seed;
use crate::train::Job;

/// An environment that is learnt in, and all that its program has to say about it.
#[derive(Clone)]
pub struct OwnEnvironment {
    /// Its name: in results, and in the name of a run's folder. A run goes on in the environment of the same name.
    pub name: &'static str,
    /// What is learnt in.
    pub environment: Arc<dyn Environment>,
    /// When it counts as solved, if it ever does.
    pub solved: Option<Solved>,
    /// The presets, the default first, in the notation of a scene: `(learners: {"ppo": Ppo(..), ..})`. The shipped ones come after
    /// them.
    pub learners: &'static str,
}

/// Train a policy in this program's own environment
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct OwnArgs {
    #[command(flatten)]
    preset: PresetArgs,
    #[command(flatten)]
    run: RunArgs,
    #[command(subcommand)]
    command: Option<OwnCommand>,
}

/// What else than training can be done with it.
#[derive(Subcommand)]
enum OwnCommand {
    /// Train several learners with several seeds, and say which is how good
    Compare(ContestArgs),
}

/// Trains in an environment as the program's arguments say, with the flags, files, signals and exit codes of `sinew train`; after
/// the word `compare`, with those of `sinew compare`. This is all that `main` has to do.
pub fn train_environment(own: OwnEnvironment) -> ExitCode {
    train_environment_with(own, std::env::args_os())
}

/// As [`train_environment`] with arguments from elsewhere, the first of which is what the program is called.
pub fn train_environment_with(
    own: OwnEnvironment,
    args: impl IntoIterator<Item = OsString>,
) -> ExitCode {
    let launched = Instant::now();
    crate::panics::silence_caught_panics();
    let args: Vec<OsString> = args.into_iter().collect();
    let command = OwnArgs::command().name(own.name);
    let parsed = command
        .try_get_matches_from(&args)
        .and_then(|matches| OwnArgs::from_arg_matches(&matches));
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // There is nobody left to tell if this fails.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    let program = args
        .first()
        .map_or(own.name.into(), |name| name.to_string_lossy());
    super::end(match &parsed.command {
        Some(OwnCommand::Compare(contest)) => compare(&own, contest),
        None => train(&own, &program, &parsed, launched),
    })
}

fn compare(own: &OwnEnvironment, contest: &ContestArgs) -> Result<ExitCode, Failure> {
    let (learners, changes) = (&contest.learners, contest.changes()?);
    let origin = own.origin();
    let presets = Presets::parse_with_all(&origin, own.learners, learners, &changes)?;
    let subject = Arc::new(own.subject(presets.clone()));
    let entrants = contest.entrants(|name| {
        let (name, learner) = presets.learner(Some(name))?;
        let (name, learner, own) = (name.to_owned(), learner.clone(), own.clone());
        let preset = name.clone();
        let job = move |seed| Ok(own.job((&preset, &learner), seed));
        Ok(Entrant::of_jobs(&name, job).keeping(subject.clone()))
    })?;
    contest.hold(own.name, entrants)
}

impl OwnEnvironment {
    /// What errors call its presets.
    fn origin(&self) -> String {
        format!("learners of {}", self.name)
    }

    /// What its runs are of.
    fn subject(&self, presets: Presets) -> ProgramEnvironment {
        ProgramEnvironment {
            name: self.name,
            spaces: self.environment.spaces(),
            presets,
        }
    }

    /// A run of it: on all cores, to its last step, keeping nothing.
    fn job(&self, (name, learner): (&str, &LearnerSettings), seed: u64) -> Job {
        Job {
            environment: self.environment.clone(),
            scene: self.name.to_owned(),
            first_version: None,
            solved: self.solved,
            learner_name: name.to_owned(),
            learner: learner.clone(),
            seed: Seed::new(seed),
            threads: super::threads(None, 0),
            until_solved: false,
            folder: None,
            checkpoint_every: None,
            launched: Instant::now(),
        }
    }
}

fn train(
    own: &OwnEnvironment,
    program: &str,
    args: &OwnArgs,
    launched: Instant,
) -> Result<ExitCode, Failure> {
    let (preset, run) = (&args.preset, &args.run);
    let name = own.name;
    if run.until_solved && own.solved.is_none() {
        return Err(Failure::Wrong(format!(
            "--until-solved: the environment `{name}` does not say when it is solved"
        )));
    }
    let (stored, text) = stored(run, read_own_run)?.unzip();
    let origin = match (&run.run, &text) {
        (Some(run), Some(_)) => run.join(SubjectFile::Learners.name()).display().to_string(),
        _ => own.origin(),
    };
    let text = text.as_deref().unwrap_or(own.learners);
    let stored_learner = stored.as_ref().map(|settings| &settings.learner);
    let learner = preset.learner.as_ref().or(stored_learner);
    let learner = learner.map(String::as_str);
    let changes = preset.changes(steps(preset, run, stored.as_ref()));
    let presets = Presets::parse_with(&origin, text, learner, &changes)?;
    let (learner_name, learner) = presets.learner(learner)?;
    let settings = settings(name, (learner_name, learner), run, stored.as_ref());
    let job = Job {
        threads: preset.threads(0),
        until_solved: run.until_solved,
        checkpoint_every: run.checkpoint_every,
        launched,
        ..own.job((learner_name, learner), settings.seed)
    };
    let training = Training {
        run,
        json: preset.json,
        subject: &own.subject(presets.clone()),
        settings,
        program,
        is_known: false,
    };
    training.run(job, |job, viewer, _| in_terminal(job, viewer, None))
}
