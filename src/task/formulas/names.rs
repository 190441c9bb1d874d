//! What the names in a formula mean, and what is said of one that means nothing.

use std::ops::Range;

use super::quantity::{CONSTANTS, Known, Of, READINGS, Reading, Side};
use crate::formula::{self, Compiler, FUNCTIONS, Kind, NamePart, Names, Source, is_plain};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::{ADD_A_GOAL, Context, Moments};

/// The formula of a number that `text`, written at `at`, is.
pub(crate) fn number(
    text: &str,
    context: &Context,
    at: &Path,
) -> Result<super::TaskFormula, Diagnostic> {
    formula::formula(text, Kind::Number, Scope(context), at)
}

/// The formula of a condition on one moment that `text`, written at `at`, is.
pub(crate) fn condition(
    text: &str,
    context: &Context,
    at: &Path,
) -> Result<super::TaskFormula, Diagnostic> {
    let context = Context {
        moments: Moments::One,
        ..*context
    };
    formula::formula(text, Kind::Condition, Scope(&context), at)
}

/// What a formula may speak of.
#[derive(Clone, Copy)]
struct Scope<'a>(&'a Context<'a>);

impl Names for Scope<'_> {
    type Reading = Reading;
    const GIVES: &'static str = "a reward";
    const EXAMPLE: &'static str = "tip.z";

    fn reading(
        compiler: &Compiler<Self>,
        parts: &[NamePart],
        span: &Range<usize>,
    ) -> Result<Source<Reading>, Diagnostic> {
        reading(compiler, parts, span)
    }
}

/// What a name reads.
fn reading(
    compiler: &Compiler<Scope>,
    parts: &[NamePart],
    span: &Range<usize>,
) -> Result<Source<Reading>, Diagnostic> {
    let (before, of) = match parts {
        [first, of @ ..] if first.is_word("before") && !of.is_empty() => (true, of),
        _ => (false, parts),
    };
    if before && compiler.names.0.moments == Moments::One {
        return Err(compiler
            .diagnostic(span, "there is no `before` here")
            .help("ends and success look at one moment; a reward looks at a step"));
    }
    let step_s = compiler.names.0.step_s;
    match of {
        [word] if word.is_word("dt") => return Ok(Source::Number(step_s)),
        [word] if word.is_word("pi") => return Ok(Source::Number(std::f32::consts::PI)),
        _ => {}
    }
    let found = find(compiler, of);
    let (known, index) = match found.as_slice() {
        [one] => *one,
        [] => return Err(unknown(compiler, of, span)),
        [_, _, ..] => {
            let (name, what) = (&of[0].text, &of[1].text);
            let title =
                format!("both a joint and a point are named `{name}`, and both have a `{what}`");
            return Err(compiler.diagnostic(span, title).help("rename one of them"));
        }
    };
    let quantity = (known.quantity)(index, compiler.names.0);
    if (known.of, known.name) == (Of::Point, "distance") || known.of == Of::Goal {
        goal(compiler, span)?;
    }
    // The action belongs to the step, not to a moment.
    let is_of_the_step = matches!(known.name, "action" | "torque");
    Ok(Source::Read(Reading {
        of: quantity,
        at: match before || compiler.names.0.moments == Moments::Before && !is_of_the_step {
            true => Side::Before,
            false => Side::After,
        },
    }))
}

/// Whatever has this name, with the index of the joint or point.
fn find(compiler: &Compiler<Scope>, parts: &[NamePart]) -> Vec<(Known, usize)> {
    let known = READINGS.into_iter();
    let owned = |of: Of, what: &str| READINGS.into_iter().find(|k| k.of == of && k.name == what);
    match parts {
        [word] if !word.quoted => known
            .filter(|known| known.of == Of::Episode && known.name == word.text)
            .map(|known| (known, 0))
            .collect(),
        [goal, what] if goal.is_word("goal") => owned(Of::Goal, &what.text)
            .map(|known| (known, 0))
            .into_iter()
            .collect(),
        [command, what] if command.is_word("command") => {
            let mut commands = compiler.names.0.commands.iter();
            let index = commands.position(|command| command.name == what.text);
            known
                .filter(|known| known.of == Of::Command)
                .filter_map(|known| Some((known, index?)))
                .collect()
        }
        [name, what] => owners(compiler, &name.text)
            .filter_map(|(of, index)| Some((owned(of, &what.text)?, index)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The point, the joint and its motor of a name, as far as there are.
fn owners(compiler: &Compiler<Scope>, name: &str) -> impl Iterator<Item = (Of, usize)> {
    let robot = compiler.names.0.robot;
    let point = robot.points.iter().position(|point| point.name == name);
    let joint = robot.joints.iter().position(|joint| joint.name == name);
    let motor = joint.and_then(|joint| robot.motors.iter().position(|m| m.joint == joint));
    let owned = |of, index: Option<usize>| index.map(|index| (of, index));
    [
        owned(Of::Point, point),
        owned(Of::Joint, joint),
        owned(Of::Motor, motor),
    ]
    .into_iter()
    .flatten()
}

/// The diagnostic of a name that means nothing.
fn unknown(compiler: &Compiler<Scope>, parts: &[NamePart], span: &Range<usize>) -> Diagnostic {
    let [name, rest @ ..] = parts else {
        return compiler.diagnostic(span, "unknown name");
    };
    let written = &compiler.text[span.clone()];
    let diagnostic = compiler
        .diagnostic(span, format!("there is no reading `{written}`"))
        .label("unknown name");
    if FUNCTIONS
        .iter()
        .any(|(_, function, ..)| name.is_word(function))
        && rest.is_empty()
    {
        return diagnostic.help(format!("the function is written `{}(..)`", name.text));
    }
    if name.is_word("command") {
        let commands = compiler.names.0.commands.iter();
        let all: Vec<String> = commands
            .map(|command| format!("command.{}", plainly(&command.name)))
            .collect();
        return match all.is_empty() {
            true => diagnostic.help("the task has no `commands`"),
            false => diagnostic.suggest("commands", written, all),
        };
    }
    let goal = name.is_word("goal").then_some(Of::Goal);
    let owners: Vec<Of> = match goal {
        Some(goal) => vec![goal],
        None => owners(compiler, &name.text).map(|(of, _)| of).collect(),
    };
    let what = rest.first().map_or("", |what| what.text.as_str());
    if owners.is_empty() {
        let robot = compiler.names.0.robot;
        let points = robot.points.iter().map(|point| plainly(&point.name));
        let joints = robot.joints.iter().map(|joint| plainly(&joint.name));
        let mut all: Vec<String> = points.chain(joints).chain(["goal".to_owned()]).collect();
        if rest.is_empty() {
            let episode = READINGS.into_iter().filter(|known| known.of == Of::Episode);
            let words = episode.map(|known| known.name);
            let words = words.chain(CONSTANTS.map(|(name, ..)| name));
            all.extend(words.map(str::to_owned));
        }
        return diagnostic.suggest("names", &name.text, all);
    }
    let owned = READINGS
        .into_iter()
        .filter(|known| owners.contains(&known.of));
    let owner = if goal.is_some() {
        "goal".to_owned()
    } else {
        plainly(&name.text)
    };
    let all: Vec<String> = owned
        .map(|known| format!("{owner}.{}", known.name))
        .collect();
    diagnostic.suggest("readings", &format!("{owner}.{what}"), all)
}

fn goal(compiler: &Compiler<Scope>, span: &Range<usize>) -> Result<(), Diagnostic> {
    if compiler.names.0.has_goal {
        return Ok(());
    }
    Err(compiler
        .diagnostic(span, "this needs a goal, and the task has none")
        .help(ADD_A_GOAL))
}

/// A name as formulas write it.
fn plainly(name: &str) -> String {
    let is_word = ["before", "goal", "command", "and", "or", "not"].contains(&name);
    if is_plain(name) && !is_word {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "''"))
    }
}
