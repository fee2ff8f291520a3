//! A rating as one picture for a slide: the scale, where the case stands on it, and why.

use std::fmt::Write as _;

use crate::{
    Ends, Lang, Level,
    rate::{Rating, Viewpoint},
};

const WIDTH: usize = 960;
const HEIGHT: usize = 540;

/// Fill and ink of levels 0 to 4, light to dark: they stay apart without colour too.
const SHADES: [(&str, &str); 5] = [
    ("#f1f1f4", "#1a1a1c"),
    ("#c5d7fb", "#1a1a1c"),
    ("#ffc7c2", "#1a1a1c"),
    ("#ec0000", "#ffffff"),
    ("#620000", "#ffffff"),
];

impl Rating<'_> {
    /// The rating as an SVG document of 960 × 540, self-contained, without script. Texts of the case
    /// and the policy are escaped.
    #[must_use]
    pub fn svg(&self, lang: Lang) -> String {
        let mut svg = String::with_capacity(8 << 10);
        let title = escaped(&clipped(self.case().title.get(lang), 96));
        let code = match lang {
            Lang::Ja => "ja",
            Lang::En => "en",
        };
        let told = self.summary(lang);
        let described = escaped(&told.first().cloned().unwrap_or_default());
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" lang=\"{code}\" \
             role=\"img\" aria-labelledby=\"t d\" font-family=\"sans-serif\">\
             <title id=\"t\">{title}</title><desc id=\"d\">{described}</desc>\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>"
        );
        text(&mut svg, 48, 64, 26, "#1a1a1c", &title);
        text(
            &mut svg,
            48,
            96,
            16,
            "#4d4d4d",
            &escaped(self.standing(lang)),
        );
        self.scale(&mut svg, lang);
        self.viewpoints(&mut svg, lang);
        let mut y = 398;
        let most = match lang {
            Lang::Ja => 54,
            Lang::En => 104,
        };
        for sentence in told.iter().skip(1) {
            for line in lines(sentence, most).into_iter().take(2) {
                if y <= HEIGHT - 20 {
                    text(&mut svg, 48, y, 15, "#1a1a1c", &escaped(&line));
                }
                y += 22;
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn standing(&self, lang: Lang) -> &'static str {
        match (self.rated, lang) {
            (true, Lang::Ja) => "深刻度",
            (true, Lang::En) => "Severity",
            (false, Lang::Ja) => "評価の対象外（内部の参考値。公表しない）",
            (false, Lang::En) => "Not rated (internal reference, not for publication)",
        }
    }

    /// The five levels side by side; those of the case framed.
    fn scale(&self, svg: &mut String, lang: Lang) {
        let policy = self.case().policy();
        for (level, (fill, ink)) in (0_u8..).zip(SHADES) {
            let x = 48 + usize::from(level) * 174;
            let here = (self.level.low..=self.level.high).contains(&level);
            let (stroke, width) = if here { ("#1a1a1c", 5) } else { ("#949494", 1) };
            let _ = write!(
                svg,
                "<rect x=\"{x}\" y=\"120\" width=\"164\" height=\"84\" rx=\"6\" fill=\"{fill}\" \
                 stroke=\"{stroke}\" stroke-width=\"{width}\"/>"
            );
            let name = format!("L{level} {}", policy.level(level).name.get(lang));
            text(svg, x + 14, 156, 22, ink, &escaped(&clipped(&name, 14)));
            if here {
                text(svg, x + 14, 188, 18, ink, "▲");
            }
        }
    }

    /// One bar for each viewpoint.
    fn viewpoints(&self, svg: &mut String, lang: Lang) {
        let rows = [
            Viewpoint::Sustainability,
            Viewpoint::Safety,
            Viewpoint::Trust,
        ];
        for (row, viewpoint) in rows.into_iter().enumerate() {
            let y = 236 + row * 44;
            let name = clipped(self.viewpoint_name(viewpoint, lang), 48);
            text(svg, 48, y + 20, 15, "#1a1a1c", &escaped(&name));
            let level = self.viewpoint(viewpoint);
            for step in 1_u8..=4 {
                let x = 512 + usize::from(step - 1) * 84;
                let (fill, dash) = bar(level, step);
                let _ = write!(
                    svg,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"80\" height=\"28\" fill=\"{fill}\" \
                     stroke=\"#949494\"{dash}/>"
                );
            }
            let told = if level.low == level.high {
                format!("{}", level.high)
            } else {
                format!("{}–{}", level.low, level.high)
            };
            text(svg, 860, y + 20, 17, "#1a1a1c", &told);
        }
    }
}

/// A step of a bar: full where it is certain, dashed where it is possible.
fn bar(level: Ends<Level>, step: Level) -> (&'static str, &'static str) {
    if step <= level.low {
        (SHADES[usize::from(level.high.min(4))].0, "")
    } else if step <= level.high {
        ("#f1f1f4", " stroke-dasharray=\"5 3\" stroke-width=\"2\"")
    } else {
        ("#ffffff", "")
    }
}

fn text(svg: &mut String, x: usize, y: usize, size: usize, ink: &str, content: &str) {
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{ink}\">{content}</text>"
    );
}

/// At most so many characters, the last one an ellipsis where some are left out.
fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Lines of at most so many characters, broken at a space where one is near.
fn lines(text: &str, most: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut lines = Vec::new();
    let mut rest = characters.as_slice();
    while rest.len() > most {
        let near = rest[..most].iter().rposition(|c| *c == ' ');
        let at = near.filter(|at| *at > most / 2).map_or(most, |at| at + 1);
        lines.push(rest[..at].iter().collect());
        rest = &rest[at..];
    }
    lines.push(rest.iter().collect());
    lines
}

/// For XML: markup escaped, characters that XML 1.0 forbids left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            other => safe.push(other),
        }
    }
    safe
}
