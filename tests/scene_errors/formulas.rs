//! Formulas that mean nothing, of rewards and of heights.

use expect_test::expect;

use super::{DISTANCE, SMALL, refused, refused_terrain, refused_text};

#[test]
fn formulas_that_mean_nothing() {
    refused(
        DISTANCE,
        r#"Expr("-tip.distence")"#,
        expect![[r#"
        error: there is no reading `tip.distence`
          --> small.ron:27:42
           |
        27 |         reward: [(weight: -1, of: Expr("-tip.distence"))],
           |                                          ^^^^^^^^^^^^ unknown name
           |
           = help: did you mean `tip.distance`?
           = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tpi.x + 1")"#,
        expect![[r#"
            error: there is no reading `tpi.x`
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("tpi.x + 1"))],
               |                                         ^^^^^ unknown name
               |
               = help: did you mean `tip`?
               = help: names: `tip`, `shoulder`, `elbow`, `goal`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("elbow")"#,
        expect![[r#"
        error: there is no reading `elbow`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("elbow"))],
           |                                         ^^^^^ unknown name
           |
           = help: did you mean `elbow.speed`?
           = help: readings: `elbow.angle`, `elbow.speed`, `elbow.action`, `elbow.torque`, `elbow.gravity_load`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("before.elbow.anglee")"#,
        expect![[r#"
        error: there is no reading `before.elbow.anglee`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("before.elbow.anglee"))],
           |                                         ^^^^^^^^^^^^^^^^^^^ unknown name
           |
           = help: did you mean `elbow.angle`?
           = help: readings: `elbow.angle`, `elbow.speed`, `elbow.action`, `elbow.torque`, `elbow.gravity_load`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("sin tip.x")"#,
        expect![[r#"
        error: there is no reading `sin`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("sin tip.x"))],
           |                                         ^^^ unknown name
           |
           = help: the function is written `sin(..)`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("sinn(tip.x)")"#,
        expect![[r#"
        error: there is no function `sinn`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("sinn(tip.x)"))],
           |                                         ^^^^ unknown function
           |
           = help: did you mean `sign`?
           = help: functions: `abs`, `sqrt`, `exp`, `ln`, `sin`, `cos`, `tan`, `asin`, `acos`, `atan`, `atan2`, `tanh`, `floor`, `sign`, `wrap`, `min`, `max`, `clamp`, `if`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 + * 2")"#,
        expect![[r#"
            error: expected a value
              --> small.ron:27:45
               |
            27 |         reward: [(weight: -1, of: Expr("1 + * 2"))],
               |                                             ^ found `*`
               |
               = help: a number, a reading like `tip.z`, or something in parentheses"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("2 tip.x")"#,
        expect![[r#"
        error: expected an operator
          --> small.ron:27:43
           |
        27 |         reward: [(weight: -1, of: Expr("2 tip.x"))],
           |                                           ^^^^^ found `tip.x`
           |
           = help: `+ - * / ^`, `< <= > >= == !=`, `and`, `or`, or the formula's end"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 +")"#,
        expect![[r#"
            error: the formula ends too early
              --> small.ron:27:44
               |
            27 |         reward: [(weight: -1, of: Expr("1 +"))],
               |                                            ^ a value is missing here
               |
               = help: a number, a reading like `tip.z`, or something in parentheses"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("(1 + 2")"#,
        expect![[r#"
        error: a parenthesis is not closed
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("(1 + 2"))],
           |                                         ^ this one
           |
           = help: a `)`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 + 2)")"#,
        expect![[r#"
        error: a `)` too many
          --> small.ron:27:46
           |
        27 |         reward: [(weight: -1, of: Expr("1 + 2)"))],
           |                                              ^ found `)`
           |
           = help: remove it, or add a `(` before it"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("")"#,
        expect![[r#"
            error: the formula is empty
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr(""))],
               |                                         ^ nothing here
               |
               = help: something like `tip.z`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("clamp(tip.x, 1)")"#,
        expect![[r#"
            error: `clamp` takes 3 arguments
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("clamp(tip.x, 1)"))],
               |                                         ^^^^^^^^^^^^^^^ found 2
               |
               = help: `clamp(x, low, high)`: `x`, but not below `low` and not above `high`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("min(1)")"#,
        expect![[r#"
            error: `min` takes 2 to 8 arguments
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("min(1)"))],
               |                                         ^^^^^^ found 1
               |
               = help: `min(x, y, ..)`: the least of its arguments"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip.x > 1")"#,
        expect![[r#"
        error: a reward is a number, and this is a condition
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("tip.x > 1"))],
           |                                         ^^^^^^^^^ found `tip.x > 1`
           |
           = help: `if(.., 1, 0)` makes a number of it"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 + (tip.x > 1)")"#,
        expect![[r#"
            error: `+` needs a number here
              --> small.ron:27:45
               |
            27 |         reward: [(weight: -1, of: Expr("1 + (tip.x > 1)"))],
               |                                             ^^^^^^^^^^^ this is a condition
               |
               = help: `if(.., 1, 0)` makes a number of it; two comparisons are joined by `and`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("if(tip.x, 1, 2)")"#,
        expect![[r#"
            error: `if` needs a condition here
              --> small.ron:27:44
               |
            27 |         reward: [(weight: -1, of: Expr("if(tip.x, 1, 2)"))],
               |                                            ^^^^^ this is a number
               |
               = help: compare it, like `tip.z < 0.5`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("0 < tip.x < 1")"#,
        expect![[r#"
            error: `<` needs a number here
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("0 < tip.x < 1"))],
               |                                         ^^^^^^^^^ this is a condition
               |
               = help: `if(.., 1, 0)` makes a number of it; two comparisons are joined by `and`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip.z && 1")"#,
        expect![[r#"
        error: this sign means nothing in a formula
          --> small.ron:27:47
           |
        27 |         reward: [(weight: -1, of: Expr("tip.z && 1"))],
           |                                               ^^ found `&&`
           |
           = help: write `and`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip.x = 1")"#,
        expect![[r#"
        error: expected an operator
          --> small.ron:27:47
           |
        27 |         reward: [(weight: -1, of: Expr("tip.x = 1"))],
           |                                               ^ found `=`
           |
           = help: `==` compares"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1e99")"#,
        expect![[r#"
        error: a number must be finite
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("1e99"))],
           |                                         ^^^^ found `1e99`
           |
           = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip. + 1")"#,
        expect![[r#"
        error: a part of this name is missing
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("tip. + 1"))],
           |                                         ^^^^ found `tip.`
           |
           = help: a name like `tip.x`; one with other characters in quotes, like `'left-foot'.x`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("(1, 2)")"#,
        expect![[r#"
        error: expected an operator
          --> small.ron:27:43
           |
        27 |         reward: [(weight: -1, of: Expr("(1, 2)"))],
           |                                           ^ found `,`
           |
           = help: only arguments of a function have commas between them"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("'it''s'.x")"#,
        expect![[r#"
            error: there is no reading `'it''s'.x`
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("'it''s'.x"))],
               |                                         ^^^^^^^^^ unknown name
               |
               = help: names: `tip`, `shoulder`, `elbow`, `goal`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("goal.w")"#,
        expect![[r#"
        error: there is no reading `goal.w`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("goal.w"))],
           |                                         ^^^^^^ unknown name
           |
           = help: did you mean `goal.z`?
           = help: readings: `goal.x`, `goal.y`, `goal.z`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("and 1")"#,
        expect![[r#"
            error: expected a value
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("and 1"))],
               |                                         ^^^ found `and`
               |
               = help: a number, a reading like `tip.z`, or something in parentheses"#]],
    );
    // The place is inside of the text, on the line and at the character where it is written.
    refused(
        DISTANCE,
        "Expr(\"1\n            + é\\u{41} + elbow.angel\n            + 2\")",
        expect![[r#"
            error: there is no reading `éA`
              --> small.ron:28:15
               |
            28 |             + é\u{41} + elbow.angel
               |               ^^^^^^^ unknown name
               |
               = help: names: `tip`, `shoulder`, `elbow`, `goal`, `time`, `time_left`, `dt`, `pi`"#]],
    );
    refused(
        DISTANCE,
        "Expr(\"1\n            + tip.\\u{78} + elbow.angel\n            + 2\")",
        expect![[r#"
            error: there is no reading `elbow.angel`
              --> small.ron:28:28
               |
            28 |             + tip.\u{78} + elbow.angel
               |                            ^^^^^^^^^^^ unknown name
               |
               = help: did you mean `elbow.angle`?
               = help: readings: `elbow.angle`, `elbow.speed`, `elbow.action`, `elbow.torque`, `elbow.gravity_load`"#]],
    );
    refused(
        DISTANCE,
        r###"Expr(r#"tip.x + tip.q"#)"###,
        expect![[r##"
        error: there is no reading `tip.q`
          --> small.ron:27:51
           |
        27 |         reward: [(weight: -1, of: Expr(r#"tip.x + tip.q"#))],
           |                                                   ^^^^^ unknown name
           |
           = help: did you mean `tip.z`?
           = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"##]],
    );
    refused(
        r#"PointBelow(point: "tip", z: 0)"#,
        r#"When("tip.z")"#,
        expect![[r#"
            error: this must be a condition, and it is a number
              --> small.ron:28:21
               |
            28 |         end: [When("tip.z")],
               |                     ^^^^^ found `tip.z`
               |
               = help: compare it, like `tip.z < 0.5`"#]],
    );
    refused(
        r#"PointBelow(point: "tip", z: 0)"#,
        r#"When("before.tip.z < 1")"#,
        expect![[r#"
            error: there is no `before` here
              --> small.ron:28:21
               |
            28 |         end: [When("before.tip.z < 1")],
               |                     ^^^^^^^^^^^^ found `before.tip.z`
               |
               = help: ends and success look at one moment; a reward looks at a step"#]],
    );
    refused(
        r#"Within(point: "tip", distance: 0.05)"#,
        r#"When("tip.zz < 1")"#,
        expect![[r#"
            error: there is no reading `tip.zz`
              --> small.ron:30:24
               |
            30 |         success: When("tip.zz < 1"),
               |                        ^^^^^^ unknown name
               |
               = help: did you mean `tip.vz`?
               = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"#]],
    );
    refused(
        r#"Within(point: "tip", distance: 0.05)"#,
        r#"Some(When("not tip.zz < 1"))"#,
        expect![[r#"
            error: there is no reading `tip.zz`
              --> small.ron:30:33
               |
            30 |         success: Some(When("not tip.zz < 1")),
               |                                 ^^^^^^ unknown name
               |
               = help: did you mean `tip.vz`?
               = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"#]],
    );
    let both = SMALL.replace("\"tip\"", "\"elbow\"").replace(
        r#"Distance(point: "elbow")"#,
        r#"Expr("elbow.angle + elbow.x - elbow.speed")"#,
    );
    refused_text(
        &both,
        expect![[r#"
        error: both a joint and a point are named `elbow`, and both have a `speed`
          --> small.ron:27:65
           |
        27 |         reward: [(weight: -1, of: Expr("elbow.angle + elbow.x - elbow.speed"))],
           |                                                                 ^^^^^^^^^^^ found `elbow.speed`
           |
           = help: rename one of them"#]],
    );
    let no_goal = SMALL
        .replace(
            "        goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),\n",
            "",
        )
        .replace(", Goal(axes: [X, Z])", "")
        .replace(DISTANCE, r#"Expr("1 - tip.distance")"#);
    refused_text(
        &no_goal,
        expect![[r#"
        error: this needs a goal, and the task has none
          --> small.ron:26:45
           |
        26 |         reward: [(weight: -1, of: Expr("1 - tip.distance"))],
           |                                             ^^^^^^^^^^^^ found `tip.distance`
           |
           = help: add a `goal` to the task, like `goal: Fixed(at: (0.5, 0, 0.5))`"#]],
    );
    let deep = SMALL.replace(DISTANCE, &format!("Expr(\"{}\")", "(".repeat(100)));
    refused_text(
        &deep,
        expect![[r#"
            error: a formula is nested too deeply
              --> small.ron:27:105
               |
            27 | ...   reward: [(weight: -1, of: Expr("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((...
               |                                                                                                       ^ found `(`
               |
               = help: at most 64 parentheses or signs in each other"#]],
    );
    let waiting = SMALL.replace(
        DISTANCE,
        &format!("Expr(\"{}1{}\")", "1 + (".repeat(40), ")".repeat(40)),
    );
    refused_text(
        &waiting,
        expect![[r#"
            error: a formula is nested too deeply
              --> small.ron:27:121
               |
            27 | ...   reward: [(weight: -1, of: Expr("1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + ...
               |                                                                                                                       ^ found `1`
               |
               = help: at most 16 values that wait for what is behind them"#]],
    );
    let long = SMALL.replace(DISTANCE, &format!("Expr(\"{}1\")", "1 + ".repeat(5000)));
    refused_text(
        &long,
        expect![[r#"
        error: a formula is too long
          --> small.ron:27:41
           |
        27 | ...   reward: [(weight: -1, of: Expr("1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 ...
           |                                       ^ 20001 bytes follow
           |
           = help: at most 10000 bytes; several terms are added up"#]],
    );
}

#[test]
fn heights_that_are_none() {
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 * sin(z)")"#,
        expect![[r#"
            error: there is no reading `z`
             --> small.ron:3:75
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 * sin(z)")
              |                                                                           ^ unknown name
              |
              = help: names: `x`, `y`, `pi`"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "sin(tip.x")"#,
        expect![[r#"
            error: there is no reading `tip.x`
             --> small.ron:3:69
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "sin(tip.x")
              |                                                                     ^^^^^ unknown name
              |
              = help: names: `x`, `y`, `pi`"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "x > 1")"#,
        expect![[r#"
            error: a height is a number, and this is a condition
             --> small.ron:3:65
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "x > 1")
              |                                                                 ^^^^^ found `x > 1`
              |
              = help: `if(.., 1, 0)` makes a number of it"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 *")"#,
        expect![[r#"
            error: the formula ends too early
             --> small.ron:3:70
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 *")
              |                                                                      ^ a value is missing here
              |
              = help: a number, a reading like `x`, or something in parentheses"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "sqrt(1 - x * y)  +
 ln(y + 0.75)")"#,
        expect![[r#"
            error: no height at x = -1, y = -1
             --> small.ron:3:60
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "sqrt(1 - x * y)  +
              |                                                            ^^^^^^^^^^^^^^^^^^^ gives NaN there
              |
              = help: a number from -10000 to 10000 (m) everywhere"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "1 / (x + y)")"#,
        expect![[r#"
            error: no height at x = 1, y = -1
             --> small.ron:3:60
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "1 / (x + y)")
              |                                                            ^^^^^^^^^^^^^ gives inf there
              |
              = help: a number from -10000 to 10000 (m) everywhere"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 0), cells: (8, 4), z: "0")"#,
        expect![[r#"
            error: the sizes of heights must be above 0
             --> small.ron:3:34
              |
            3 | Heights(center: (0, 0, 0), size: (2, 0), cells: (8, 4), z: "0")
              |                                  ^^^^^^ found `(2, 0)`
              |
              = help: the lengths along x and y (m)"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 0), z: "0")"#,
        expect![[r#"
            error: heights need a cell along x and along y
             --> small.ron:3:49
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 0), z: "0")
              |                                                 ^^^^^^ found `(8, 0)`
              |
              = help: like `cells: (100, 40)`; in a grid, two heights make one"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (256, 256), z: "0"),
Heights(center: (0, 0, 0), size: (2, 2), cells: (1, 1), z: "0")"#,
        expect![[r#"
            error: the terrain has too many cells
             --> small.ron:4:49
              |
            4 | Heights(center: (0, 0, 0), size: (2, 2), cells: (1, 1), z: "0")
              |                                                 ^^^^^^ with these, 65537
              |
              = help: at most 65536 in a scene"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (4294967295, 4294967295), z: "0")"#,
        expect![[r#"
            error: the terrain has too many cells
             --> small.ron:3:49
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (4294967295, 4294967295), z: "0")
              |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^ with these, 18446744065119617025
              |
              = help: at most 65536 in a scene"#]],
    );
    refused_terrain(
        r#"Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1, 2], [0, 1]])"#,
        expect![[r#"
            error: the rows of a grid differ in length
             --> small.ron:3:57
              |
            3 | Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1, 2], [0, 1]])
              |                                                         ^^^^^^ 2 heights; the first row has 3"#]],
    );
    refused_terrain(
        r#"Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1]])"#,
        expect![[r#"
            error: heights need a cell along x and along y
             --> small.ron:3:45
              |
            3 | Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1]])
              |                                             ^^^^^^^^ found `[[0, 1]]`
              |
              = help: like `cells: (100, 40)`; in a grid, two heights make one"#]],
    );
    refused_terrain(
        r#"Grid(center: (0, 0, 0), size: (2, 2), height: 100, rows: [[0, 1], [0, 200]])"#,
        expect![[r#"
            error: too high, or too low
             --> small.ron:3:71
              |
            3 | Grid(center: (0, 0, 0), size: (2, 2), height: 100, rows: [[0, 1], [0, 200]])
              |                                                                       ^^^ 20000 m
              |
              = help: a number from -10000 to 10000 (m) everywhere"#]],
    );
    refused_terrain(
        r#"Picture(file: "hills.png", center: (0, 0, 0), size: (2, 2), height: 1)"#,
        expect![[r#"
            error: cannot resolve the relative path `hills.png`: this text was not read from a file
             --> small.ron:3:15
              |
            3 | Picture(file: "hills.png", center: (0, 0, 0), size: (2, 2), height: 1)
              |               ^^^^^^^^^^^ found `"hills.png"`
              |
              = help: a text that is in no file cannot name others"#]],
    );
    refused_terrain(
        r#"Picture(center: (0, 0, 0), size: (2, 2), height: 1)"#,
        expect![[r#"
            error: the field `file` of `Picture` is missing
             --> small.ron:3:1
              |
            3 | Picture(center: (0, 0, 0), size: (2, 2), height: 1)
              | ^^^^^^^^ `file` is missing here
              |
              = help: add `file: ..`"#]],
    );
}
