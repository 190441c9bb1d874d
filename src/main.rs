//! The `sinew` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    sinew::cli::main(std::time::Instant::now())
}
