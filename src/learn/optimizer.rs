//! The optimisers, as a preset names them.

use serde::{Deserialize, Serialize};

use crate::nn::{Adam, RmsProp};

/// The optimisers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OptimizerKind {
    /// Adam (arXiv:1412.6980) with epsilon 1e-5.
    Adam,
    /// `RMSprop` with decay 0.99 and epsilon 1e-5, as A3C had it (arXiv:1602.01783, section 4).
    RmsProp,
}

/// An optimiser with its state for one slice of parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Optimizer {
    Adam(Adam),
    RmsProp(RmsProp),
}

const EPSILON: f32 = 1e-5;
const RMS_DECAY: f32 = 0.99;

impl Optimizer {
    /// For so many parameters.
    pub(super) fn new(kind: OptimizerKind, parameters: usize) -> Self {
        match kind {
            OptimizerKind::Adam => Self::Adam(Adam::new(parameters, EPSILON)),
            OptimizerKind::RmsProp => Self::RmsProp(RmsProp::new(parameters, EPSILON, RMS_DECAY)),
        }
    }

    /// Moves `parameters` against `gradient`.
    pub(super) fn step(&mut self, parameters: &mut [f32], gradient: &[f32], rate: f32) {
        match self {
            Self::Adam(adam) => adam.step(parameters, gradient, rate),
            Self::RmsProp(rms_prop) => rms_prop.step(parameters, gradient, rate),
        }
    }

    /// Whether it is of this kind, for so many parameters, and every number is finite and in its valid range.
    pub(super) fn is_sound(&self, kind: OptimizerKind, parameters: usize) -> bool {
        match (self, kind) {
            (Self::Adam(adam), OptimizerKind::Adam) => adam.is_sound(parameters, EPSILON),
            (Self::RmsProp(rms_prop), OptimizerKind::RmsProp) => {
                rms_prop.is_sound(parameters, EPSILON, RMS_DECAY)
            }
            _ => false,
        }
    }
}
