//! Crash records: read, and replayed.

use sinew::checkpoint::crash_record::CrashRecord;
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{CrashedEpisode, Purpose};
use sinew::scene::Scene;
use sinew::seed::Seed;
use std::sync::Arc;

use super::{Loader, Seal, sealed};

/// Steps that are played.
const STEPS: usize = 5;

pub(super) fn loader() -> Loader {
    let text = include_str!("../../scenes/hinge.ron");
    let record = |purpose, text: Option<&str>| CrashRecord {
        version: "0.1.0".to_owned(),
        scene: "hinge".to_owned(),
        text: text.map(str::to_owned),
        seed: 1,
        crash: CrashedEpisode {
            purpose,
            environment: 3,
            episode: 7,
            level: 0,
            actions: vec![0.5, -0.5, f32::NAN, 2.0],
            reason: "the joint speed is not finite".to_owned(),
        },
    };
    let records = [
        record(Purpose::Training, Some(text)),
        record(Purpose::Evaluation, Some(text)),
    ];
    let files = records.map(|record| record.to_bytes());
    Loader {
        seal: Some(Seal {
            open: sealed::open,
            close: sealed::close,
        }),
        ..Loader::new("crash", files.into(), |bytes| {
            let Ok(record) = CrashRecord::from_bytes(bytes) else {
                return false;
            };
            let text = record.text.as_deref().unwrap_or_default();
            Scene::parse("record", text).is_ok_and(|scene| is_played(&record, scene))
        })
    }
}

/// Whether it can be played; its first steps are.
fn is_played(record: &CrashRecord, scene: Scene) -> bool {
    let motors = scene.robot().motors.len();
    let environment = SceneEnvironment::new(Arc::new(scene));
    let crash = &record.crash;
    let Ok(mut pod) = crash.begin(&environment, Seed::new(record.seed)) else {
        return false;
    };
    for number in 0..crash.steps(motors).min(STEPS) {
        if crash.step(&mut pod, number).is_end() {
            break;
        }
    }
    true
}
