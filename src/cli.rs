//! The command line: arguments to a command. The only room that prints or decides an exit code.
//!
//! A command is one file of `src/cli`, whose type holds the arguments as clap derives them, and one line in the list below.

mod args;
mod custom;
mod print;
mod signals;
mod terminal;
mod training;
mod window;

use clap::{Args, CommandFactory, Parser, Subcommand};
use std::process::ExitCode;
use std::time::Instant;

pub use custom::{
    CustomEnvironment, environment_command, train_environment, train_environment_with,
};

use print::{Failure, is_cut_short};

/// The arguments of a command, and what it does.
trait Run: Args {
    /// Runs the command. `launched` is when the program started.
    fn run(&self, launched: Instant) -> Result<ExitCode, Failure>;
}

/// Declares each command's module and makes its type a subcommand: `train::Train` is `src/cli/train.rs` and `sinew train`.
macro_rules! commands {
    ($($module:ident::$Arguments:ident,)*) => {
        $(mod $module;)*

        #[derive(Subcommand)]
        enum Command {
            $($Arguments($module::$Arguments),)*
        }

        impl Command {
            fn run(&self, launched: Instant) -> Result<ExitCode, Failure> {
                match self {
                    $(Self::$Arguments(arguments) => arguments.run(launched),)*
                }
            }
        }
    };
}

// In the order of `sinew --help`. rustfmt does not find files that a macro declares: `rustfmt src/cli/*.rs` formats them.
commands! {
    train::Train,
    eval::Eval,
    play::Play,
    watch::Watch,
    replay::Replay,
    bench::Bench,
    compare::Compare,
    lesson::Lesson,
    rollout::Rollout,
    check::Check,
    scenes::Scenes,
}

/// Robot learning in Rust: train a policy on a scene, headless or in a 3D window
#[derive(Parser)]
#[command(
    name = "sinew",
    version,
    about,
    after_help = "Without a command: `sinew train reach`."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// The command line as clap sees it, for documents and their tests.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the arguments name. `launched` is when the program started.
pub fn main(launched: Instant) -> ExitCode {
    crate::panics::silence_caught_panics();
    let command = Cli::parse().command.unwrap_or_else(|| {
        let default = Cli::parse_from(["sinew", "train"]);
        default.command.expect("a command is given")
    });
    end(command.run(launched))
}

/// The exit code of a command's outcome; reports a failure.
fn end(outcome: Result<ExitCode, Failure>) -> ExitCode {
    match outcome {
        Ok(_) if is_cut_short() => ExitCode::FAILURE,
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
