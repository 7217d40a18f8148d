//! The curves as one SVG: a panel for each, a line for each database.

use std::fmt::Write as _;

use crate::report::{Curve, number};

const PANEL: (f64, f64) = (440.0, 270.0);
/// Left, top, right, bottom of a panel's frame.
const MARGIN: [f64; 4] = [64.0, 40.0, 20.0, 44.0];
const COLUMNS: usize = 2;
const COLOURS: [(&str, &str); 2] = [("SQLite", "#0b6bcb"), ("PostgreSQL", "#c2410c")];
/// Room for the legend below the panels.
const LEGEND: f64 = 30.0;

const MOVEMENTS_AXIS: &str = "movements in the ledger";

/// What a plot shows: its name, title, and what its axes count.
const PLOTS: [(&str, &str, &str); 4] = [
    ("growth.clients", "Single posts a second", "clients (random SKUs, 5 × 20,000)"),
    ("growth.movements", "Median of a single post, ms", MOVEMENTS_AXIS),
    ("growth.skus", "Single posts a second, 64 clients", "SKUs posted to, at one facility"),
    ("growth.facilities", "Single posts a second, 64 clients", "facilities posted to"),
];

/// All plots that have a curve. `None` where nothing has one.
pub(crate) fn svg(curves: &[Curve]) -> Option<String> {
    let shown = PLOTS.iter().filter(|(name, ..)| curves.iter().any(|c| c.plot == *name));
    let shown: Vec<_> = shown.collect();
    if shown.is_empty() {
        return None;
    }
    let rows = shown.len().div_ceil(COLUMNS);
    let (width, panels) = (PANEL.0 * float(COLUMNS), PANEL.1 * float(rows));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        height = panels + LEGEND
    );
    for (n, (name, title, axis)) in shown.into_iter().enumerate() {
        let corner = (PANEL.0 * float(n % COLUMNS), PANEL.1 * float(n / COLUMNS));
        let curves: Vec<&Curve> = curves.iter().filter(|c| c.plot == *name).collect();
        panel(&mut svg, corner, title, axis, &curves);
    }
    for (n, (name, colour)) in COLOURS.iter().enumerate() {
        let (x, y) = (MARGIN[0] + 130.0 * float(n), panels + 8.0);
        let _ = writeln!(
            svg,
            "<line x1=\"{x}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"{colour}\" \
             stroke-width=\"2\"/><text x=\"{}\" y=\"{}\">{name}</text>",
            x + 24.0,
            x + 30.0,
            y + 4.0
        );
    }
    svg.push_str("</svg>\n");
    Some(svg)
}

fn panel(svg: &mut String, (x, y): (f64, f64), title: &str, axis: &str, curves: &[&Curve]) {
    let [left, top, right, bottom] = MARGIN;
    let (x0, x1) = (x + left, x + PANEL.0 - right);
    let (y0, y1) = (y + PANEL.1 - bottom, y + top);
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let most_x = points().fold(1.0, |most: f64, (x, _)| most.max(*x));
    let most_y = ceiling(points().fold(0.0, |most: f64, (_, y)| most.max(*y)));
    // Counts span decades: each factor takes the same room.
    let at_x = |v: f64| x0 + (x1 - x0) * v.max(1.0).ln() / most_x.max(2.0).ln();
    let at_y = |v: f64| y0 + (y1 - y0) * v / most_y;
    let middle = f64::midpoint(x0, x1);
    let _ = writeln!(
        svg,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"600\">{title}</text>\
         <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{axis}</text>",
        y1 - 14.0,
        y0 + 36.0
    );
    for quarter in 0..=4 {
        let value = most_y * f64::from(quarter) / 4.0;
        let _ = writeln!(
            svg,
            "<line x1=\"{x0}\" y1=\"{at}\" x2=\"{x1}\" y2=\"{at}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#555\">{}</text>",
            x0 - 6.0,
            at_y(value) + 4.0,
            if quarter == 0 { "0".to_owned() } else { number(value) },
            at = at_y(value)
        );
    }
    let mut ticks: Vec<f64> = points().map(|(x, _)| *x).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    for tick in ticks {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{}</text>",
            at_x(tick),
            y0 + 18.0,
            // A logarithm has no room for nothing; it stands where one would.
            if axis == MOVEMENTS_AXIS && tick <= 1.0 { "0".to_owned() } else { short(tick) }
        );
    }
    for curve in curves {
        line(svg, curve, at_x, at_y);
    }
}

fn line(svg: &mut String, curve: &Curve, at_x: impl Fn(f64) -> f64, at_y: impl Fn(f64) -> f64) {
    let colour = COLOURS.iter().find(|(name, _)| *name == curve.database);
    let colour = colour.map_or("#555", |(_, colour)| colour);
    let at = |(x, y): &(f64, f64)| format!("{:.1},{:.1}", at_x(*x), at_y(*y));
    let path: Vec<String> = curve.points.iter().map(at).collect();
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
        path.join(" ")
    );
    for (x, y) in &curve.points {
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
            at_x(*x),
            at_y(*y)
        );
    }
}

/// The next of 1, 2, 4 and 10 times a power of ten: what an axis ends with.
fn ceiling(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 4.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= value).unwrap_or(10.0 * power)
}

/// A count on an axis: `20 k`, `10 M`.
fn short(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{} M", v / 1e6),
        v if v >= 1e3 => format!("{} k", v / 1e3),
        v => v.to_string(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of panels")]
const fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_above_what_they_show() {
        for (value, end) in [(0.0, 1.0), (0.3, 0.4), (1.0, 1.0), (9_001.0, 10_000.0)] {
            assert!((ceiling(value) - end).abs() < 1e-9, "{value}: {}", ceiling(value));
        }
        assert_eq!([short(64.0), short(20_000.0), short(1e7)], ["64", "20 k", "10 M"]);
    }

    #[test]
    fn points_lie_within_their_panel() {
        let curve = |database, most: f64| Curve {
            plot: "growth.skus",
            database,
            points: vec![(1.0, 10.0), (100_000.0, most)],
        };
        let svg = svg(&[curve("SQLite", 35_000.0), curve("PostgreSQL", 9_000.0)]).unwrap();
        let circles: Vec<f64> = svg
            .split("cy=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse().ok())
            .collect();
        assert_eq!(circles.len(), 4);
        let inside = MARGIN[1]..PANEL.1 - MARGIN[3] + 1.0;
        assert!(circles.iter().all(|y| inside.contains(y)), "{circles:?}");
        assert_eq!(super::svg(&[]), None);
    }
}
