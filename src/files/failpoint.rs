//! Failpoints, where tests make a file operation fail. In debug builds only: a release build just does the operation.
//!
//! `SINEW_FAIL=HOW@N` makes the N-th operation of the process (from 1) go wrong:
//!
//! | how | the operation |
//! |---|---|
//! | `kill`, `after` | the process is killed before it, right after it |
//! | `short` | half of what was to be written is, then the process is killed |
//! | `enospc`, `eio` | fails: no space, input or output error |
//! | `enospc-on`, `eio-on` | the same, and so do all later ones |
//! | `lost` | seems to succeed, but never reached the disk; the process is killed at the next sync |
//!
//! `SINEW_FAIL=trace@0` lets all succeed and appends a line for each, with its number, kind and file name, to the file that
//! `SINEW_FAIL_TRACE` names.

/// A file operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// A folder is made.
    CreateFolder,
    /// A file is made, or opened to be written.
    Create,
    Write,
    Cut,
    Sync,
    Rename,
    SyncFolder,
    Remove,
    Lock,
}

/// How much of an operation is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(debug_assertions),
    expect(dead_code, reason = "only a failpoint does less than the whole")
)]
pub(super) enum Fate {
    Whole,
    /// Half of the bytes of a write; any other operation as a whole.
    Half,
    /// Nothing, while reporting success. An operation that does not change stored data is carried out.
    Lost,
}

/// Carries out an operation, unless the failpoint makes it fail.
#[cfg(not(debug_assertions))]
pub(super) fn pass<T>(
    _: Operation,
    _: &std::path::Path,
    act: impl FnOnce(Fate) -> std::io::Result<T>,
) -> std::io::Result<T> {
    act(Fate::Whole)
}

#[cfg(debug_assertions)]
pub(super) use armed::pass;

#[cfg(debug_assertions)]
mod armed {
    use super::{Fate, Operation};
    use std::io::{self, Write};
    use std::path::Path;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum How {
        Kill,
        After,
        Short,
        /// With the number that Linux has for the error, and whether it is there to stay.
        Refuse(i32, bool),
        Lost,
        Trace,
    }

    const NO_SPACE: i32 = 28;
    const INPUT_OUTPUT: i32 = 5;

    static PLAN: LazyLock<Option<(How, u64)>> = LazyLock::new(|| {
        let wish = std::env::var("SINEW_FAIL").ok()?;
        let plan = parse(&wish);
        assert!(plan.is_some(), "SINEW_FAIL={wish}: expected HOW@N");
        plan
    });
    static DONE: AtomicU64 = AtomicU64::new(0);
    /// Data was lost, which the next sync would have to report.
    static LOST: AtomicBool = AtomicBool::new(false);

    /// Carries out an operation as `SINEW_FAIL` says.
    pub(in super::super) fn pass<T>(
        operation: Operation,
        path: &Path,
        act: impl FnOnce(Fate) -> io::Result<T>,
    ) -> io::Result<T> {
        let Some((how, at)) = *PLAN else {
            return act(Fate::Whole);
        };
        let number = DONE.fetch_add(1, Ordering::SeqCst) + 1;
        let syncs = matches!(operation, Operation::Sync | Operation::SyncFolder);
        if syncs && LOST.load(Ordering::SeqCst) {
            die();
        }
        match how {
            How::Trace => trace(number, operation, path),
            How::Refuse(error, stays) if number == at || (stays && number > at) => {
                return Err(io::Error::from_raw_os_error(error));
            }
            _ if number != at => {}
            How::Kill => die(),
            How::After => {
                let _ = act(Fate::Whole);
                die();
            }
            How::Short => {
                let _ = act(Fate::Half);
                die();
            }
            How::Lost => {
                LOST.store(true, Ordering::SeqCst);
                return act(Fate::Lost);
            }
            How::Refuse(..) => {}
        }
        act(Fate::Whole)
    }

    fn parse(wish: &str) -> Option<(How, u64)> {
        let (how, at) = wish.split_once('@')?;
        let how = match how {
            "kill" => How::Kill,
            "after" => How::After,
            "short" => How::Short,
            "enospc" => How::Refuse(NO_SPACE, false),
            "enospc-on" => How::Refuse(NO_SPACE, true),
            "eio" => How::Refuse(INPUT_OUTPUT, false),
            "eio-on" => How::Refuse(INPUT_OUTPUT, true),
            "lost" => How::Lost,
            "trace" => How::Trace,
            _ => return None,
        };
        Some((how, at.parse().ok()?))
    }

    fn trace(number: u64, operation: Operation, path: &Path) {
        let to = std::env::var_os("SINEW_FAIL_TRACE").expect("SINEW_FAIL_TRACE names a file");
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(to);
        let name = path.file_name().unwrap_or(path.as_os_str());
        file.and_then(|mut file| writeln!(file, "{number} {operation:?} {}", name.display()))
            .expect("the trace can be written");
    }

    /// Ends the process abruptly: nothing is flushed and no destructor runs.
    fn die() -> ! {
        let _ = signal_hook::low_level::raise(signal_hook::consts::SIGKILL);
        std::process::abort()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn wishes_are_understood() {
            assert_eq!(parse("kill@3"), Some((How::Kill, 3)));
            assert_eq!(parse("enospc-on@1"), Some((How::Refuse(28, true), 1)));
            assert_eq!(parse("kill"), None);
            assert_eq!(parse("fly@1"), None);
            assert_eq!(parse("kill@x"), None);
        }
    }
}
