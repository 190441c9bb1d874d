//! The command line of a program with a custom environment: `sinew train` and `sinew compare` without the scene and the window.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::args::{PresetArgs, RunArgs, threads};
use super::compare::ComparisonArgs;
use super::print::Failure;
use super::training::{Training, in_terminal, settings};
use crate::checkpoint::read_own_run;
use crate::checkpoint::run_subject::{ProgramEnvironment, SubjectFile};
use crate::compare::Entrant;
use crate::learn::LearnerSettings;
use crate::pod::Environment;
use crate::scene::Presets;
use crate::seed::Seed;
use crate::step::curriculum::Solved;
use crate::train::Job;

/// A custom environment, and what a training needs to know about it.
#[derive(Clone)]
pub struct CustomEnvironment {
    /// Its name, in results and in the names of run folders. A run is resumed only in the environment of the same name.
    pub name: &'static str,
    /// The environment.
    pub environment: Arc<dyn Environment>,
    /// When it counts as solved, if it defines that.
    pub solved: Option<Solved>,
    /// Its learner presets, the default first, in the notation of a scene: `(learners: {"ppo": Ppo(..), ..})`. The shipped presets
    /// are available besides.
    pub learners: &'static str,
}

/// Train a policy in this program's environment
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Custom {
    #[command(flatten)]
    preset: PresetArgs,
    #[command(flatten)]
    run: RunArgs,
    #[command(subcommand)]
    command: Option<CustomCommand>,
}

#[derive(Subcommand)]
enum CustomCommand {
    /// Train several learners with several seeds, and compare them with error bars
    Compare(ComparisonArgs),
}

/// The command line of a program with a custom environment as clap sees it, for documents and their tests.
pub fn environment_command(name: &'static str) -> clap::Command {
    Custom::command().name(name)
}

/// Trains in a custom environment as the program's arguments say, with the flags, files, signals and exit codes of `sinew train`;
/// after the word `compare`, with those of `sinew compare`. This is all that `main` has to do.
pub fn train_environment(custom: CustomEnvironment) -> ExitCode {
    train_environment_with(custom, std::env::args_os())
}

/// Like [`train_environment`], with the given arguments, the first of which is the program's name.
pub fn train_environment_with(
    custom: CustomEnvironment,
    args: impl IntoIterator<Item = OsString>,
) -> ExitCode {
    let launched = Instant::now();
    crate::panics::silence_caught_panics();
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = environment_command(custom.name)
        .try_get_matches_from(&args)
        .and_then(|matches| Custom::from_arg_matches(&matches));
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // If standard error cannot be written, there is nowhere to report it.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    let program = args
        .first()
        .map_or(custom.name.into(), |name| name.to_string_lossy());
    super::end(match &parsed.command {
        Some(CustomCommand::Compare(comparison)) => compare(&custom, comparison),
        None => train(&custom, &program, &parsed, launched),
    })
}

fn compare(custom: &CustomEnvironment, args: &ComparisonArgs) -> Result<ExitCode, Failure> {
    let (learners, changes) = (&args.learners, args.changes()?);
    let origin = custom.origin();
    let presets = Presets::parse_with_all(&origin, custom.learners, learners, &changes)?;
    let subject = Arc::new(custom.subject(presets.clone()));
    let entrants = args.entrants(|name| {
        let (name, learner) = presets.learner(Some(name))?;
        let (name, learner, custom) = (name.to_owned(), learner.clone(), custom.clone());
        let preset = name.clone();
        let job = move |seed| Ok(custom.job((&preset, &learner), seed));
        Ok(Entrant::of_jobs(&name, job).keeping(subject.clone()))
    })?;
    args.compare(custom.name, entrants)
}

impl CustomEnvironment {
    /// The name of its presets in errors.
    fn origin(&self) -> String {
        format!("learners of {}", self.name)
    }

    /// What the run folder records about it.
    fn subject(&self, presets: Presets) -> ProgramEnvironment {
        ProgramEnvironment {
            name: self.name,
            spaces: self.environment.spaces(),
            presets,
        }
    }

    /// A training on all cores to its last step, without a run folder.
    fn job(&self, (name, learner): (&str, &LearnerSettings), seed: u64) -> Job {
        Job {
            environment: self.environment.clone(),
            scene: self.name.to_owned(),
            first_version: None,
            solved: self.solved,
            learner_name: name.to_owned(),
            learner: learner.clone(),
            seed: Seed::new(seed),
            threads: threads(None, 0),
            until_solved: false,
            folder: None,
            checkpoint_every: None,
            launched: Instant::now(),
        }
    }
}

fn train(
    custom: &CustomEnvironment,
    program: &str,
    args: &Custom,
    launched: Instant,
) -> Result<ExitCode, Failure> {
    let (preset, run) = (&args.preset, &args.run);
    let name = custom.name;
    if run.until_solved && custom.solved.is_none() {
        return Err(Failure::Usage(format!(
            "--until-solved: the environment `{name}` does not say when it is solved"
        )));
    }
    let (stored, text) = run.stored(read_own_run)?.unzip();
    let origin = match (&run.run, &text) {
        (Some(run), Some(_)) => run.join(SubjectFile::Learners.name()).display().to_string(),
        _ => custom.origin(),
    };
    let text = text.as_deref().unwrap_or(custom.learners);
    let stored_learner = stored.as_ref().map(|settings| &settings.learner);
    let learner = preset.learner.as_ref().or(stored_learner);
    let learner = learner.map(String::as_str);
    let changes = preset.changes(run.total_steps(preset, stored.as_ref()));
    let presets = Presets::parse_with(&origin, text, learner, &changes)?;
    let (learner_name, learner) = presets.learner(learner)?;
    let settings = settings(name, (learner_name, learner), run, stored.as_ref());
    let job = Job {
        threads: preset.threads(0),
        until_solved: run.until_solved,
        checkpoint_every: run.checkpoint_every,
        launched,
        ..custom.job((learner_name, learner), settings.seed)
    };
    let training = Training {
        run,
        json: preset.json,
        subject: &custom.subject(presets.clone()),
        settings,
        program,
        has_commands: false,
    };
    training.run(job, |job, viewer, _| in_terminal(job, viewer, None))
}
