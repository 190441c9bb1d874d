//! Follows a run that another process writes: what is new in its folder since the last call. Nothing is written and
//! no lock is taken, so following cannot disturb the run.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{SavedPolicy, read_policy, read_settings, read_text};
use crate::metrics::{Metric, Row};
use crate::policy::Policy;
use crate::step::Spaces;

/// Most lines of a table in one update, so that a long history arrives in parts.
const MOST_LINES: usize = 4096;
/// Most bytes of a table in one update, above what that many lines take.
const MOST_BYTES: u64 = 4 << 20;

/// What is new in a run folder since the last update.
#[derive(Default)]
pub struct FolderUpdate {
    /// Rows of `metrics.csv`.
    pub rows: Vec<Row>,
    /// The rows start again from the first: a killed run was resumed from its last checkpoint, or was restarted.
    pub begins_anew: bool,
    /// Rows of `timing.csv`: iteration, and seconds from launch to its end.
    pub times: Vec<(u64, f64)>,
    /// The run's total control steps, if that number has changed.
    pub total_steps: Option<u64>,
    /// The newest policy, if it has changed.
    pub policy: Option<Policy>,
    /// The last change of the scene in words (`events.csv`), if it is new.
    pub change: Option<String>,
    /// The text of `result.json`, while that exists.
    pub result: Option<String>,
    /// What could not be read.
    pub trouble: Option<String>,
    /// More is available at once.
    pub has_more: bool,
    /// The folder no longer exists.
    pub is_gone: bool,
}

/// Reads a run folder repeatedly and remembers what it has read.
pub struct Follower {
    run: PathBuf,
    spaces: Spaces,
    metrics: Tail,
    timing: Tail,
    iteration: Option<f64>,
    settings: Option<Stamp>,
    policy: Option<Stamp>,
    policy_trouble: Option<String>,
    events: Option<Stamp>,
}

/// Modification time and length: they change when a file is replaced.
type Stamp = (SystemTime, u64);

impl Follower {
    /// Follows the run in a folder. Policies with other spaces are refused.
    pub fn new(run: &Path, spaces: Spaces) -> Self {
        Self {
            run: run.to_path_buf(),
            spaces,
            metrics: Tail::of(run.join("metrics.csv")),
            timing: Tail::of(run.join("timing.csv")),
            iteration: None,
            settings: None,
            policy: None,
            policy_trouble: None,
            events: None,
        }
    }

    /// What is new since the last call.
    pub fn look(&mut self) -> FolderUpdate {
        let mut found = FolderUpdate::default();
        if !self.run.join("run.json").is_file() {
            found.is_gone = true;
            found.trouble = Some(format!("{} is no longer there", self.run.display()));
            return found;
        }
        let settings = stamp(&self.run.join("run.json"));
        if settings != self.settings {
            self.settings = settings;
            let settings = read_settings(&self.run).ok();
            found.total_steps = settings.map(|settings| settings.steps);
        }
        // Before the tables, which the run completes before it writes its result.
        found.result = read_text(&self.run, "result.json").ok();
        let events = stamp(&self.run.join("events.csv"));
        if events != self.events {
            self.events = events;
            let table = read_text(&self.run, "events.csv").ok();
            found.change = table.as_deref().and_then(last_event);
        }
        self.look_at_policy(&mut found);
        if let Err(trouble) = self.look_at_tables(&mut found) {
            found.trouble.get_or_insert(trouble);
        }
        found
    }

    /// An unusable file is read again only when it has changed.
    fn look_at_policy(&mut self, found: &mut FolderUpdate) {
        match stamp(&self.run.join(SavedPolicy::Newest.file())) {
            Some(stamp) if self.policy != Some(stamp) => {
                self.policy = Some(stamp);
                match read_policy(&self.run, SavedPolicy::Newest) {
                    Ok(policy) if policy.spaces == self.spaces => {
                        self.policy_trouble = None;
                        found.policy = Some(policy);
                    }
                    Ok(_) => {
                        let text = "the newest policy does not match the run's scene";
                        self.policy_trouble = Some(text.to_owned());
                    }
                    Err(error) => self.policy_trouble = Some(error.to_string()),
                }
            }
            None if self.policy.is_some() => {
                self.policy = None;
                self.policy_trouble = Some("the newest policy is no longer there".to_owned());
            }
            _ => {}
        }
        found.trouble.clone_from(&self.policy_trouble);
    }

    fn look_at_tables(&mut self, found: &mut FolderUpdate) -> Result<(), String> {
        let metrics = self.metrics.read()?;
        found.begins_anew = metrics.begins_anew;
        if metrics.begins_anew {
            self.iteration = None;
        }
        for line in &metrics.lines {
            let row = parse_row(&self.metrics.header, line)?;
            let iteration = row.get(Metric::Iteration);
            // The file was truncated and has grown past its old length since.
            if iteration.is_some() && iteration <= self.iteration {
                found.rows.clear();
                found.begins_anew = true;
            }
            self.iteration = iteration;
            found.rows.push(row);
        }
        let timing = self.timing.read()?;
        let times = timing.lines.iter();
        found.times = times
            .filter_map(|line| parse_time(&self.timing.header, line))
            .collect();
        found.has_more = metrics.has_more || timing.has_more;
        Ok(())
    }
}

/// Parses a line of `metrics.csv` under its header. Unknown columns are skipped, and a cell without
/// a finite number was not measured.
///
/// # Errors
/// The numbers of cells of line and header differ, or a cell is not a number.
pub fn parse_row(header: &str, line: &str) -> Result<Row, String> {
    let not_understood = || format!("metrics.csv has a malformed line: {line:.60}");
    if header.split(',').count() != line.split(',').count() {
        return Err(not_understood());
    }
    let mut row = Row::default();
    for (name, cell) in header.split(',').zip(line.split(',')) {
        let known = Metric::ALL.iter().find(|metric| metric.name() == name);
        let Some(&metric) = known.filter(|_| !cell.is_empty()) else {
            continue;
        };
        let number: f64 = cell.parse().map_err(|_| not_understood())?;
        if number.is_finite() {
            row.set(metric, number);
        }
    }
    Ok(row)
}

fn parse_time(header: &str, line: &str) -> Option<(u64, f64)> {
    let cell = |name| {
        let column = header.split(',').position(|column| column == name)?;
        line.split(',').nth(column)
    };
    let seconds: f64 = cell("wall_s")?.parse().ok()?;
    let iteration = cell("iteration")?.parse().ok()?;
    seconds.is_finite().then_some((iteration, seconds))
}

/// The last events in words: all lines of `events.csv` with the last step.
fn last_event(table: &str) -> Option<String> {
    let cells = |line: &'_ str| -> Option<(String, String)> {
        let mut cells = line.splitn(3, ',');
        let (step, event, what) = (cells.next()?, cells.next()?, cells.next()?);
        let what = what.trim_matches('"').replace("\"\"", "\"");
        let told = match event {
            "scene" => format!("the scene has changed: {what}"),
            _ => what,
        };
        Some((step.to_owned(), told))
    };
    let mut events: Vec<_> = table.lines().skip(1).filter_map(cells).collect();
    let step = events.last()?.0.clone();
    events.retain(|event| event.0 == step);
    let told: Vec<String> = events.into_iter().map(|(_, told)| told).collect();
    // The text is printed to terminals and may come from an untrusted source.
    let told = format!("step {step}: {}", told.join("; "));
    Some(told.replace(char::is_control, " "))
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// A table that another process appends to.
struct Tail {
    path: PathBuf,
    header: String,
    /// Where the next line begins.
    read_to: u64,
}

/// Complete lines of a table that are new.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    begins_anew: bool,
    has_more: bool,
}

impl Tail {
    fn of(path: PathBuf) -> Self {
        Self {
            path,
            header: String::new(),
            read_to: 0,
        }
    }

    /// The next complete lines, without the header; an incomplete last line is left for the next call.
    fn read(&mut self) -> Result<Lines, String> {
        let mut found = Lines::default();
        let bytes = self.read_bytes(&mut found);
        let bytes = bytes.map_err(|error| format!("{}: {error}", self.path.display()))?;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.last() != Some(&b'\n') {
                break;
            }
            if found.lines.len() == MOST_LINES {
                found.has_more = true;
                break;
            }
            let text = String::from_utf8_lossy(line).trim_end().to_owned();
            if self.read_to == 0 {
                self.header = text;
            } else {
                found.lines.push(text);
            }
            self.read_to += line.len() as u64;
        }
        Ok(found)
    }

    /// The bytes after the last line read, or from the start if the file has become shorter.
    fn read_bytes(&mut self, found: &mut Lines) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Regular files only: opening a pipe would block until it has a writer.
        let length = match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Err(io::Error::other("not a file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(bytes),
            Err(error) => return Err(error),
        };
        if length < self.read_to {
            self.read_to = 0;
            found.begins_anew = true;
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.read_to))?;
        file.take(MOST_BYTES).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == MOST_BYTES && !bytes.contains(&b'\n') {
            return Err(io::Error::other("a line is too long or unterminated"));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_by_the_header() {
        let row = parse_row("kl,of_tomorrow,steps,success", "0.25,yes,3,").unwrap();
        assert_eq!(row.get(Metric::Kl), Some(0.25));
        assert_eq!(row.get(Metric::Steps), Some(3.0));
        assert_eq!(row.get(Metric::Success), None, "an empty cell");
        let row = parse_row("kl,steps", "NaN,3").unwrap();
        assert_eq!(row.get(Metric::Kl), None, "not a finite number");
    }

    #[test]
    fn a_line_that_is_no_row_is_refused() {
        assert!(parse_row("kl,steps", "1").is_err());
        assert!(parse_row("kl,steps", "1,many").is_err());
    }

    #[test]
    fn the_last_event_is_told() {
        let table = "step,event,what\n150,scene,\"`a` changed from \"\"x\"\" to y\"\n";
        assert_eq!(
            last_event(table).as_deref(),
            Some("step 150: the scene has changed: `a` changed from \"x\" to y")
        );
        let table = format!("{table}150,critic,\"it begins anew\"\n");
        assert_eq!(
            last_event(&table).as_deref(),
            Some("step 150: the scene has changed: `a` changed from \"x\" to y; it begins anew")
        );
        assert_eq!(last_event("step,event,what\n"), None);
    }

    #[test]
    fn times_are_read_by_the_header() {
        assert_eq!(parse_time("wall_s,iteration", "0.5,7"), Some((7, 0.5)));
        assert_eq!(parse_time("wall_s,iteration", "soon,7"), None);
    }
}
