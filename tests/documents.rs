//! Promise: tables in the documents say what the code declares.

use sinew::metrics::Metric;

#[test]
fn the_architecture_lists_every_metric() {
    let text = include_str!("../ARCHITECTURE.md");
    for metric in Metric::ALL {
        let (name, unit, meaning) = (metric.name(), metric.unit(), metric.meaning());
        let row = format!("| {name} | {unit} | {meaning} |");
        assert!(text.contains(&row), "no row `{row}`");
    }
}
