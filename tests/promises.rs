//! Every promise, one module each, in one binary: fifty of them would each link the whole crate.
//!
//! `cargo test --test promises resume::` runs those of one module. `torture` and `fuzz` are binaries of their own, because they take
//! a length from the environment and `fuzz` counts allocations.

mod arena;

mod actuation;
mod arm;
mod blow_ups;
mod command_line;
mod compare;
mod conformance;
mod curriculum;
mod doctor;
mod documents;
mod environments;
mod formulas;
mod golden;
mod learners;
mod learning;
mod lessons;
mod live;
mod live_command;
mod memory;
mod objects;
mod own_environment;
mod ppo;
mod randomize;
mod replay;
mod reppo;
mod resume;
mod rooms;
mod run_folder;
mod same_bits;
mod scene_bases;
mod scene_edits;
mod scene_errors;
mod scene_hulls;
mod scene_mutations;
mod scene_pictures;
mod scene_reference;
mod scene_robots;
mod scene_shipped;
mod sensors;
mod terms;
mod watch;
mod world;
