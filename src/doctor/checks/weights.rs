//! Reward terms with a weight of 0.

use crate::doctor::check::{Check, Run};
use crate::doctor::finding::{Finding, FindingKind};
use crate::scene::{Location, Severity};

pub(super) const CHECK: Check = Check {
    kinds: &[WITHOUT_WEIGHT],
    run: Run::Static(|world, _, findings| {
        let rewards = world.scene.task().reward.iter().enumerate();
        let without = rewards.filter(|(_, reward)| reward.weight == 0.0);
        findings.extend(without.map(|(i, _)| {
            let (title, found) = ("this reward term has no effect", "its weight is 0");
            Finding::new(
                WITHOUT_WEIGHT,
                Severity::Warning,
                Location::Reward(i),
                title,
                found,
            )
            .help("set a weight, or remove the term")
        }));
    }),
};

const WITHOUT_WEIGHT: FindingKind =
    FindingKind::new("reward-without-weight", "the weight of a reward term is 0");
