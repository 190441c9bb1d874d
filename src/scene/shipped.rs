//! The scenes that are compiled in, so that a copied binary works anywhere.

/// Names and texts of the scenes.
pub(super) const SCENES: [(&str, &str); 13] = [
    ("reach", include_str!("../../scenes/reach.ron")),
    ("reacher", include_str!("../../scenes/reacher.ron")),
    ("reach-servo", include_str!("../../scenes/reach-servo.ron")),
    (
        "reach-obstacle",
        include_str!("../../scenes/reach-obstacle.ron"),
    ),
    ("arm", include_str!("../../scenes/arm.ron")),
    ("push", include_str!("../../scenes/push.ron")),
    ("pendulum", include_str!("../../scenes/pendulum.ron")),
    ("cartpole", include_str!("../../scenes/cartpole.ron")),
    ("swing-up", include_str!("../../scenes/swing-up.ron")),
    ("hopper", include_str!("../../scenes/hopper.ron")),
    ("walker", include_str!("../../scenes/walker.ron")),
    ("quadruped", include_str!("../../scenes/quadruped.ron")),
    ("biped", include_str!("../../scenes/biped.ron")),
];

/// Names of the scenes.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SCENES.iter().map(|(name, _)| *name)
}
