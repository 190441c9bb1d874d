//! What a formula can call.

use std::ops::RangeInclusive;

/// Something that a formula can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "`FUNCTIONS` says what they are")]
pub enum Function {
    Abs,
    Sqrt,
    Exp,
    Ln,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Atan2,
    Tanh,
    Floor,
    Sign,
    Wrap,
    Min,
    Max,
    Clamp,
    If,
}

/// Everything that a formula can call: the name, the form and the number of its arguments, what it gives.
pub const FUNCTIONS: [(Function, &str, &str, RangeInclusive<usize>, &str); 19] = [
    (Function::Abs, "abs", "x", 1..=1, "`x` without its sign"),
    (Function::Sqrt, "sqrt", "x", 1..=1, "the square root of `x`"),
    (Function::Exp, "exp", "x", 1..=1, "e to the power of `x`"),
    (
        Function::Ln,
        "ln",
        "x",
        1..=1,
        "the natural logarithm of `x`",
    ),
    (
        Function::Sin,
        "sin",
        "x",
        1..=1,
        "the sine of an angle (rad)",
    ),
    (
        Function::Cos,
        "cos",
        "x",
        1..=1,
        "the cosine of an angle (rad)",
    ),
    (
        Function::Tan,
        "tan",
        "x",
        1..=1,
        "the tangent of an angle (rad)",
    ),
    (
        Function::Asin,
        "asin",
        "x",
        1..=1,
        "the angle of a sine (rad)",
    ),
    (
        Function::Acos,
        "acos",
        "x",
        1..=1,
        "the angle of a cosine (rad)",
    ),
    (
        Function::Atan,
        "atan",
        "x",
        1..=1,
        "the angle of a tangent (rad)",
    ),
    (
        Function::Atan2,
        "atan2",
        "y, x",
        2..=2,
        "the angle of the direction (x, y) (rad)",
    ),
    (
        Function::Tanh,
        "tanh",
        "x",
        1..=1,
        "the hyperbolic tangent of `x`",
    ),
    (
        Function::Floor,
        "floor",
        "x",
        1..=1,
        "the largest whole number that is not above `x`",
    ),
    (
        Function::Sign,
        "sign",
        "x",
        1..=1,
        "1, 0 or -1, as `x` is above, at or below 0",
    ),
    (
        Function::Wrap,
        "wrap",
        "x",
        1..=1,
        "the same angle from -pi to pi (rad)",
    ),
    (
        Function::Min,
        "min",
        "x, y, ..",
        2..=8,
        "the least of its arguments",
    ),
    (
        Function::Max,
        "max",
        "x, y, ..",
        2..=8,
        "the greatest of its arguments",
    ),
    (
        Function::Clamp,
        "clamp",
        "x, low, high",
        3..=3,
        "`x`, but not below `low` and not above `high`",
    ),
    (
        Function::If,
        "if",
        "condition, x, y",
        3..=3,
        "`x` where the condition holds, else `y`",
    ),
];
