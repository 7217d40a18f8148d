//! A description's text without its markup.

/// Elements that begin on a line of their own.
const BLOCKS: &[&str] = &[
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "table",
    "hr",
    "section",
    "article",
    "blockquote",
];
/// Elements whose content is not text.
const HIDDEN: &[&str] = &["script", "style"];
/// The longest entity that is looked for, as in `&#x1F600;`.
const ENTITY_BYTES_MAX: usize = 10;

const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("rsquo", "’"),
    ("lsquo", "‘"),
    ("rdquo", "”"),
    ("ldquo", "“"),
    ("reg", "®"),
    ("trade", "™"),
    ("copy", "©"),
    ("deg", "°"),
    ("bull", "•"),
    ("times", "×"),
    ("euro", "€"),
    ("frac12", "½"),
    ("eacute", "é"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("szlig", "ß"),
];

/// The text of a piece of HTML: one line per block, without blank lines.
pub(crate) fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    // Behind the last ">" no tag closes. Without it, each "<" there would be searched to the end:
    // a description of nothing else would take minutes.
    let last_close = html.rfind('>').unwrap_or(0);
    while let Some(start) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(start);
        push_text(&mut text, before);
        rest = if from.starts_with('<') {
            skip_tag(&mut text, from, html.len() - from.len() < last_close)
        } else {
            push_entity(&mut text, from)
        };
    }
    push_text(&mut text, rest);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Appends text; white space of any kind and length is one blank.
fn push_text(text: &mut String, piece: &str) {
    for c in piece.chars() {
        if !c.is_whitespace() {
            text.push(c);
        } else if !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}

/// What follows the tag (or the hidden element) that `from` starts with, if a tag `closes` there.
fn skip_tag<'a>(text: &mut String, from: &'a str, closes: bool) -> &'a str {
    if let Some(comment) = from.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let inner = from.get(1..).unwrap_or_default();
    let begins_tag =
        inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
    let tag = if closes && begins_tag { inner.split_once('>') } else { None };
    let Some((tag, rest)) = tag else {
        // "5 < 6" is text.
        text.push('<');
        return inner;
    };
    let name = tag.trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
    if BLOCKS.contains(&name.as_str()) {
        text.push('\n');
    }
    if HIDDEN.contains(&name.as_str()) && !tag.starts_with('/') {
        return from_closing_tag(rest, &name);
    }
    rest
}

/// What begins with the closing tag of an element; nothing where it is never closed.
fn from_closing_tag<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut tags = rest.match_indices("</").filter_map(|(at, _)| rest.get(at..));
    let closes = |tag: &&str| {
        let found = tag.get(2..).and_then(|tag| tag.get(..name.len()));
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    tags.find(closes).unwrap_or("")
}

/// Appends what the entity at the start of `from` stands for; what follows it.
fn push_entity<'a>(text: &mut String, from: &'a str) -> &'a str {
    let inner = from.get(1..).unwrap_or_default();
    let end = inner.bytes().take(ENTITY_BYTES_MAX).position(|b| b == b';');
    let decoded = end.and_then(|end| inner.get(..end)).and_then(decode);
    let (Some(decoded), Some(end)) = (decoded, end) else {
        text.push('&');
        return inner;
    };
    push_text(text, &decoded);
    inner.get(end + 1..).unwrap_or_default()
}

fn decode(entity: &str) -> Option<String> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control()).map(String::from);
    }
    ENTITIES.iter().find(|(name, _)| *name == entity).map(|(_, c)| (*c).to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_goes_and_text_stays() {
        for (html, text) in [
            ("<p>One &amp; <b>two</b></p>\n<p class=\"x\">three</p>", "One & two\nthree"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("plain", "plain"),
            ("5 < 6 & 7 > 2", "5 < 6 & 7 > 2"),
            ("a<!-- no > -->b<script>x < y</script>c<style>p{}</style>", "abc"),
            ("it&#39;s &#x41;&nbsp;&nbsp;&nbsp;B &unknown; <br/>end", "it's A B &unknown;\nend"),
            ("<p> </p><p>\u{a0}</p>", ""),
            ("<img src='x'", "<img src='x'"),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }

    #[test]
    fn hidden_elements_end_at_their_own_tag() {
        assert_eq!(plain_text("a<SCRIPT>b</b>c</ScRiPt >d"), "ad");
        assert_eq!(plain_text("a<style>b</styl"), "a");
        assert_eq!(plain_text("a<script>é</é></script>b"), "ab");
        assert_eq!(plain_text("a > b <c"), "a > b <c");
        assert_eq!(plain_text("<p>a</p"), "a</p");
    }

    /// Each would keep a processor busy for minutes if what follows were searched again each time.
    #[test]
    fn the_work_grows_with_the_text_and_not_with_its_square() {
        let times = 200_000;
        assert_eq!(plain_text(&"<a".repeat(times)).len(), 2 * times);
        assert_eq!(plain_text(&format!("{}>", "< ".repeat(times))).len(), 2 * times + 1);
        assert_eq!(plain_text(&"<script>x</script>".repeat(times)), "");
        assert_eq!(plain_text(&"<style></styl".repeat(times)), "");
        assert_eq!(plain_text(&"&".repeat(times)).len(), times);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(html in "(<|>|&|;|#|script|style|/|p|é| |\n|x){0,40}") {
            let text = plain_text(&html);
            prop_assert!(!text.contains("\n\n"));
        }
    }
}
