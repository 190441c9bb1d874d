//! The page of a comparison: one HTML file without scripts or external resources.

use std::fmt::Write;

use super::{COLUMNS, Compared, Comparison};

const STYLE: &str = "\
body { font: 16px/1.5 sans-serif; color: #282828; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-weight: 500; margin-bottom: 0; }
p { max-width: 50rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.7rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { font-weight: 500; border-bottom: 2px solid #888; }
svg { max-width: 100%; height: auto; display: block; margin: 1.5rem 0; }
dl { display: grid; grid-template-columns: max-content auto; gap: 0.2rem 1rem; font-size: 0.9rem; }
dt { font-weight: 500; }
dd { margin: 0; }
footer { color: #6e6e6e; font-size: 0.9rem; }
";

/// The page, with the charts as SVG.
pub(super) fn html(comparison: &Comparison, compared: &Compared, drawings: &[String]) -> String {
    let mut page = String::new();
    // Writing to memory does not fail.
    let _ = write(&mut page, comparison, compared, drawings);
    page
}

fn write(
    page: &mut String,
    comparison: &Comparison,
    compared: &Compared,
    drawings: &[String],
) -> std::fmt::Result {
    let task = escaped(&comparison.task);
    writeln!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{task}: learners compared</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{task}</h1>"
    )?;
    let budget = match comparison.seconds {
        Some(seconds) => format!(
            "for {} seconds each. Learning rate schedules over the number of steps have no effect",
            seconds.as_secs_f64()
        ),
        None => "for the number of steps in its settings".to_owned(),
    };
    let seeds = match comparison.seeds {
        1 => "seed 1".to_owned(),
        seeds => format!("the seeds 1 to {seeds}"),
    };
    writeln!(
        page,
        "<p>Every learner was trained with {seeds}, {budget}. Seconds and steps per second were measured with {} runs at a time, \
         each on one thread: a run by itself is faster.</p>",
        comparison.at_once
    )?;
    let missing = comparison.entrants.len() * comparison.seeds as usize - compared.outcomes.len();
    if missing > 0 {
        writeln!(
            page,
            "<p><strong>{missing} runs are not included</strong>, because they have not finished or failed.</p>"
        )?;
    }
    for trouble in &compared.troubles {
        writeln!(page, "<p>{}</p>", escaped(trouble))?;
    }
    page.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
    for (head, _) in COLUMNS {
        write!(page, "<th>{}</th>", escaped(head))?;
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for standing in &compared.standings {
        page.push_str("<tr>");
        for cell in standing.cells(comparison.seeds) {
            write!(page, "<td>{}</td>", escaped(&cell))?;
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table></div>\n");
    for drawing in drawings {
        page.push_str(drawing);
    }
    page.push_str("<dl>\n");
    for (head, meaning) in COLUMNS {
        writeln!(
            page,
            "<dt>{}</dt><dd>{}</dd>",
            escaped(head),
            escaped(meaning)
        )?;
    }
    writeln!(
        page,
        "<dt>training return</dt><dd>of the curves: mean return of the last 200 training episodes, with sampled actions</dd>\n\
         </dl>\n<footer>sinew {}</footer>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

/// A text with the characters of HTML markup escaped.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Entrant, Outcome, Standing};

    #[test]
    fn it_holds_table_and_drawings_and_nothing_from_elsewhere() {
        let comparison = Comparison {
            task: "a<b>".to_owned(),
            entrants: vec![Entrant::of_jobs("ppo", |_| unreachable!())],
            seeds: 2,
            seconds: None,
            at_once: 3,
            folder: "nowhere".into(),
        };
        let outcome = Outcome::example("ppo", -150.0, Some(2000));
        let compared = Compared {
            standings: vec![Standing::of("ppo", &[&outcome], 2, true)],
            outcomes: vec![outcome],
            is_stopped: true,
            troubles: Vec::new(),
        };
        let page = html(&comparison, &compared, &["<svg></svg>".to_owned()]);
        assert!(page.contains("<h1>a&lt;b&gt;</h1>") && page.contains("<svg></svg>"));
        assert!(page.contains("<td>ppo</td><td>1/2</td><td>1/1</td><td>2,000</td>"));
        assert!(page.contains("1 runs are not included"));
        for word in ["<script", "http:", "https:", "src=", "href="] {
            assert!(!page.contains(word), "{word}");
        }
    }
}
