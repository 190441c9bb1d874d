//! Promise: what a run writes is read back exactly, and what somebody broke is refused in words.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use proptest::prelude::*;
use sinew::checkpoint::crash_record::CrashRecord;
use sinew::checkpoint::policy_file::{from_bytes, to_bytes};
use sinew::checkpoint::{RunError, RunFolder, RunSettings, read_run};
use sinew::meaning::MEANING_VERSION;
use sinew::nn::{Activation, Layout, Mlp};
use sinew::pod::scene::SceneEnvironment;
use sinew::policy::normalize::Normalizer;
use sinew::policy::{Head, Policy};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use sinew::train::publish::Viewer;
use sinew::train::{Job, TrainResult, Trainer};
use sinew::worker_pool::WorkerPool;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::{TempDir, tempdir};

fn policy() -> Policy {
    let layout = Layout::new(vec![3, 5, 2], Activation::Tanh);
    let mut normalizer = Normalizer::new(3);
    normalizer.observe(&[1.0, 2.0, 3.0, 4.0, 6.0, 8.0], &WorkerPool::new(1));
    let (shift, factor) = normalizer.parts();
    Policy {
        spaces: Spaces {
            observation: vec!["a".into(), "b".into(), "c".into()],
            action: ActionSpace::Continuous(vec!["x".into(), "y".into()]),
        },
        normalizer: Normalizer::from_parts(shift.to_vec(), factor.to_vec()),
        network: Mlp::orthogonal(layout, 0.5, &mut Seed::new(1).stream("test").nth(0)),
        head: Head::Gaussian {
            log_std: vec![-0.5, 0.25],
        },
    }
}

#[test]
fn a_policy_comes_back_bit_for_bit() {
    assert_eq!(from_bytes(&to_bytes(&policy())), Ok(policy()));
}

#[test]
fn a_normalised_network_comes_back_as_one() {
    let layout = Layout::new(vec![3, 5, 4], Activation::Elu).normalized();
    let normalized = Policy {
        network: Mlp::orthogonal(layout, 0.5, &mut Seed::new(1).stream("test").nth(0)),
        head: Head::Squashed { correlation: 0.5 },
        ..policy()
    };
    assert_eq!(from_bytes(&to_bytes(&normalized)), Ok(normalized));
}

#[test]
fn other_tools_find_tensors_by_name_and_shape() {
    let bytes = to_bytes(&policy());
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let shape = |name: &str| file.tensor(name).unwrap().shape().to_vec();
    assert_eq!(shape("network.0.weight"), [3, 5]);
    assert_eq!(shape("network.1.bias"), [2]);
    assert_eq!(shape("log_std"), [2]);
    assert_eq!(shape("observation.factor"), [3]);
}

#[test]
fn a_number_that_is_not_finite_is_refused() {
    let mut broken = policy();
    broken.head = Head::Gaussian {
        log_std: vec![f32::NAN, 0.25],
    };
    let (shift, factor) = (vec![f32::INFINITY; 3], vec![1.0; 3]);
    let normalizer = Normalizer::from_parts(shift, factor);
    let unsound = Policy {
        normalizer,
        ..policy()
    };
    assert!(from_bytes(&to_bytes(&unsound)).is_err());
    assert!(
        from_bytes(&to_bytes(&broken))
            .unwrap_err()
            .contains("not finite")
    );
}

proptest! {
    #[test]
    fn broken_bytes_never_panic(at in 0usize..2000, byte: u8, cut in 0usize..2000) {
        let mut bytes = to_bytes(&policy());
        let length = bytes.len();
        bytes[at % length] = byte;
        let _ = from_bytes(&bytes);
        let _ = from_bytes(&bytes[..cut % length]);
    }
}

/// A run folder as the sinew wrote it whose checkpoints had version 2, after 60 steps of a hinge that breaks every now and then.
fn format_2() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/run_format_2")
}

fn copy_of_format_2() -> TempDir {
    let folder = tempdir().unwrap();
    for part in ["", "checkpoints", "flights"] {
        fs::create_dir_all(folder.path().join(part)).unwrap();
        for entry in fs::read_dir(format_2().join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                let to = folder.path().join(part).join(entry.file_name());
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    folder
}

fn scene_of_format_2() -> (RunSettings, Arc<Scene>) {
    let (settings, text) = read_run(&format_2()).unwrap();
    let scene = Scene::parse("format 2", &text).unwrap();
    (settings.clone(), Arc::new(scene.renamed(settings.scene)))
}

fn open(folder: &Path) -> Result<RunFolder, RunError> {
    let (settings, scene) = scene_of_format_2();
    RunFolder::open(Some(folder), settings, Some(&*scene))
}

/// The run of [`format_2`] in a folder, to its step 200, and what it told.
fn train(folder: &Path) -> (TrainResult, String) {
    let (settings, scene) = scene_of_format_2();
    let told = Arc::new(Mutex::new(String::new()));
    let viewer = Viewer::telling({
        let told = told.clone();
        move |line| told.lock().unwrap().push_str(line)
    });
    let job = Job::new(&scene, Some(&settings.learner), settings.seed).unwrap();
    let job = Job {
        threads: 1,
        learner: job.learner.clone().with_steps(200),
        folder: Some(open(folder).unwrap()),
        ..job
    };
    let result = Trainer::new(job, viewer.publisher()).unwrap().run();
    let told = told.lock().unwrap().clone();
    (result, told)
}

#[test]
fn a_run_of_the_format_before_goes_on_as_the_same_run() {
    let (folder, whole) = (copy_of_format_2(), tempdir().unwrap());
    let (result, told) = train(folder.path());
    assert_eq!(result.resumed_from_step, Some(60), "{told}");
    assert_eq!((result.steps, result.trouble), (200, None));
    // Whether the bits are those of this machine is told, and is no matter of formats.
    if !told.contains("floating-point results differ") {
        let (expected, _) = train(whole.path());
        assert_eq!(expected.resumed_from_step, None);
        assert_eq!(result.state_hash, expected.state_hash);
        let table = |folder: &Path| fs::read_to_string(folder.join("metrics.csv")).unwrap();
        assert_eq!(table(folder.path()), table(whole.path()));
    }
    let newest = folder.path().join("checkpoints/000000000010.sinew");
    assert_eq!(fs::read(newest).unwrap()[16..20], [3, 0, 0, 0]);
}

#[test]
fn a_crash_record_of_the_format_before_is_played_again() {
    let record = CrashRecord::read(&format_2().join("flights/e1-2.flight")).unwrap();
    assert_eq!(
        CrashRecord::from_bytes(&record.to_bytes()),
        Ok(record.clone())
    );
    let text = record.text.as_ref().unwrap();
    let scene = Scene::parse(&record.scene, text).unwrap();
    let environment = SceneEnvironment::new(Arc::new(scene));
    let seed = Seed::new(record.seed);
    let mut pod = record.crash.begin(&environment, seed).unwrap();
    let steps = record.crash.steps(1);
    let ends: Vec<_> = (0..steps).map(|i| record.crash.step(&mut pod, i)).collect();
    assert_eq!(ends.last(), Some(&StepEnd::Broken));
    assert!(steps > 1 && ends[..steps - 1].iter().all(|end| *end == StepEnd::Running));
}

#[test]
fn a_newer_format_is_refused_with_both_versions_and_what_would_do() {
    let folder = copy_of_format_2();
    let path = folder.path().join("checkpoints/000000000003.sinew");
    let mut bytes = fs::read(&path).unwrap();
    bytes[16] = 9;
    fs::write(&path, &bytes).unwrap();
    let refused = open(folder.path()).err().unwrap().to_string();
    for words in [
        "format has version 9",
        "reads versions 2 and 3",
        "a newer sinew is needed",
        "name another folder",
    ] {
        assert!(refused.contains(words), "{refused}");
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);

    let policy = fs::read(format_2().join("policy.safetensors")).unwrap();
    assert!(from_bytes(&policy).is_ok());
    let of_format = |format: &[u8; 14]| {
        let mut bytes = policy.clone();
        let old = b"sinew policy 2";
        let at = (bytes.windows(old.len()).position(|window| window == old)).unwrap();
        bytes[at..at + old.len()].copy_from_slice(format);
        from_bytes(&bytes).unwrap_err()
    };
    assert_eq!(
        of_format(b"sinew policy 9"),
        "its format is `sinew policy 9`, and this sinew reads `sinew policy 2`: a newer sinew is needed"
    );
    assert!(of_format(b"other policy 2").contains("expected `sinew policy 2`"));
}

/// Checkpoints identify their run by this hash, so that what changes it refuses older ones. Keep the names that are serialised, or
/// raise the version.
#[test]
fn what_a_scene_means_has_the_hash_of_its_version() {
    let (settings, scene) = scene_of_format_2();
    let hash = scene.meaning(&settings.learner).hash();
    let hash: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((MEANING_VERSION, hash.as_str()), (1, "596f8f722c706639"));
}
