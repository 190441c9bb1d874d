//! Promise: a run takes no more memory after millions of steps and resets than after its first ones.
//!
//! `SINEW_MEMORY_STEPS` is how long the run is; 300,000 unless it says otherwise, with a reset every 50.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and prints what it has found"
)]

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

const PAGE_KB: u64 = 4;
/// What an allocator that is warming up may still take.
const NOISE_KB: u64 = 4096;

/// Resident memory of a process (kB); none once it has ended.
fn resident(process: u32) -> Option<u64> {
    let about = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = about.split(' ').nth(1)?.parse().ok()?;
    (pages > 0).then_some(pages * PAGE_KB)
}

#[test]
fn memory_is_flat() {
    let steps = std::env::var("SINEW_MEMORY_STEPS").unwrap_or_else(|_| "300000".to_owned());
    let folder = TempDir::new().unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_sinew"))
        .args([
            "train",
            "reacher",
            "--headless",
            "--checkpoint-every",
            "0.2",
        ])
        .args(["--steps", &steps, "--run", "run"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut samples = Vec::new();
    while run.try_wait().unwrap().is_none() {
        samples.extend(resident(run.id()));
        sleep(Duration::from_millis(10));
    }
    assert!(run.wait().unwrap().success());
    assert!(samples.len() > 40, "{} samples", samples.len());
    // The last twentieth is the final evaluation, which has pods of its own.
    samples.truncate(samples.len() * 19 / 20);
    let quarter = samples.len() / 4;
    let median = |part: &[u64]| {
        let mut part = part.to_vec();
        part.sort_unstable();
        part[part.len() / 2]
    };
    let early = median(&samples[quarter..2 * quarter]);
    let late = median(&samples[3 * quarter..]);
    println!("{steps} steps: {early} kB in the second quarter, {late} kB in the last");
    assert!(late <= early + NOISE_KB, "{early} kB became {late} kB");
}
