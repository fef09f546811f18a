//! Rust source as the rules see it: code, comments and string literals told apart, line by line.
//!
//! No parser: a scanner that knows where comments, strings and characters begin and end, and which
//! braces match. A view of one part has blanks in place of the others, so offsets and lines stay
//! those of the file.

/// What a piece of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Code,
    Comment,
    /// A string or character literal, with its quotes.
    Literal,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// The line of its `fn`.
    pub line: usize,
    /// Lines from its `fn` to its closing brace.
    pub lines: usize,
}

/// The source cut into its parts, in order.
pub fn parts(source: &str) -> Vec<(Part, &str)> {
    let mut parts = Vec::new();
    let (mut rest, mut code_length, mut previous) = (source, 0, ' ');
    while let Some(next) = rest
        .get(code_length..)
        .and_then(|ahead| ahead.chars().next())
    {
        let (code, ahead) = rest.split_at(code_length);
        let Some((part, length)) = opaque_part(ahead, is_word(previous)) else {
            code_length += next.len_utf8();
            previous = next;
            continue;
        };
        let (opaque, after) = ahead.split_at(length);
        parts.push((Part::Code, code));
        parts.push((part, opaque));
        (rest, code_length, previous) = (after, 0, ' ');
    }
    parts.push((Part::Code, rest));
    parts
}

/// The source with everything but one part blanked out.
pub fn only(source: &str, wanted: Part) -> String {
    let piece = |(part, text): (Part, &str)| {
        if part == wanted {
            text.to_owned()
        } else {
            blank(text)
        }
    };
    parts(source).into_iter().map(piece).collect()
}

/// The source without its `#[cfg(test)]` items, blanked out like comments.
pub fn without_tests(source: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let (mut kept, code) = (String::new(), only(source, Part::Code));
    let mut from = 0;
    while let Some(start) = find(&code, MARK, from) {
        let end = item_end(&code, start + MARK.len());
        kept.push_str(source.get(from..start).unwrap_or_default());
        kept.push_str(&blank(source.get(start..end).unwrap_or_default()));
        from = end;
    }
    kept.push_str(source.get(from..).unwrap_or_default());
    kept
}

/// Every string literal with the line it begins on, without its quotes.
pub fn literals(source: &str) -> Vec<(usize, String)> {
    let mut line = 1;
    let mut literals = Vec::new();
    for (part, text) in parts(source) {
        if part == Part::Literal {
            let inner = text
                .trim_start_matches(['b', 'c', 'r', '#'])
                .trim_end_matches('#');
            literals.push((line, inner.trim_matches('"').to_owned()));
        }
        line += text.matches('\n').count();
    }
    literals
}

/// Lines on which the text has this phrase, not as part of longer words.
pub fn lines_with(text: &str, phrase: &str) -> Vec<usize> {
    let whole = |start: usize| {
        let before = text
            .get(..start)
            .and_then(|before| before.chars().next_back());
        let after = text
            .get(start + phrase.len()..)
            .and_then(|after| after.chars().next());
        let joined = |neighbour: Option<char>| neighbour.is_some_and(is_word);
        let first_is_word = phrase.starts_with(is_word);
        let last_is_word = phrase.ends_with(is_word);
        !(first_is_word && joined(before) || last_is_word && joined(after))
    };
    text.match_indices(phrase)
        .filter(|(start, _)| whole(*start))
        .map(|(start, _)| line_of(text, start))
        .collect()
}

/// Every function that has a body, tests too.
pub fn functions(source: &str) -> Vec<Function> {
    let code = only(source, Part::Code);
    let mut functions = Vec::new();
    let mut from = 0;
    while let Some(start) = find(&code, "fn ", from) {
        from = start + "fn ".len();
        let joined = code
            .get(..start)
            .and_then(|before| before.chars().next_back())
            .is_some_and(is_word);
        let signature = code.get(from..).unwrap_or_default().trim_start();
        let name: String = signature
            .chars()
            .take_while(|next| is_word(*next))
            .collect();
        let end = item_end(&code, from);
        let has_body = code.get(..end).is_some_and(|item| item.ends_with('}'));
        if !joined && !name.is_empty() && has_body {
            let line = line_of(&code, start);
            functions.push(Function {
                name,
                line,
                lines: line_of(&code, end - 1) - line + 1,
            });
        }
    }
    functions
}

/// Where the item that stands at `from` ends: after its `;`, or after the brace that closes its
/// first one.
fn item_end(code: &str, from: usize) -> usize {
    let (mut nested, mut braces) = (0_usize, 0_usize);
    for (index, next) in code.get(from..).unwrap_or_default().char_indices() {
        let end = from + index + next.len_utf8();
        match next {
            '(' | '[' => nested += 1,
            ')' | ']' => nested = nested.saturating_sub(1),
            ';' if nested == 0 && braces == 0 => return end,
            '{' => braces += 1,
            '}' if braces <= 1 => return end,
            '}' => braces -= 1,
            _ => {}
        }
    }
    code.len()
}

/// The comment or literal that this begins with, and its length.
fn opaque_part(ahead: &str, inside_word: bool) -> Option<(Part, usize)> {
    let literal = |length| (Part::Literal, length);
    if ahead.starts_with("//") {
        return Some((Part::Comment, ahead.find('\n').unwrap_or(ahead.len())));
    }
    if ahead.starts_with("/*") {
        return Some((Part::Comment, block_comment(ahead)));
    }
    if ahead.starts_with('"') {
        return Some(literal(plain_string(ahead)));
    }
    if ahead.starts_with('\'') {
        return character(ahead).map(literal);
    }
    if inside_word {
        None
    } else {
        raw_string(ahead).map(literal)
    }
}

fn block_comment(ahead: &str) -> usize {
    let mut depth = 0_usize;
    let mut from = 0;
    loop {
        let (opening, closing) = (find(ahead, "/*", from), find(ahead, "*/", from));
        match (opening, closing) {
            (Some(opening), Some(closing)) if opening < closing => {
                (depth, from) = (depth + 1, opening + 2)
            }
            (_, Some(closing)) if depth > 1 => (depth, from) = (depth - 1, closing + 2),
            (_, Some(closing)) => return closing + 2,
            (_, None) => return ahead.len(),
        }
    }
}

fn plain_string(ahead: &str) -> usize {
    let mut escaped = false;
    for (index, next) in ahead.char_indices().skip(1) {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    ahead.len()
}

fn raw_string(ahead: &str) -> Option<usize> {
    let unmarked = ahead
        .strip_prefix(['b', 'c'])
        .unwrap_or(ahead)
        .strip_prefix('r')?;
    let quoted = unmarked.trim_start_matches('#');
    let text = quoted.strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(unmarked.len() - quoted.len()));
    let opening_length = ahead.len() - text.len();
    Some(
        text.find(&closing)
            .map_or(ahead.len(), |index| opening_length + index + closing.len()),
    )
}

/// A character's length; nothing for a lifetime.
fn character(ahead: &str) -> Option<usize> {
    let inner = ahead.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    let from = first.len_utf8();
    if first == '\\' {
        let escaped = inner.get(from..)?.chars().next()?.len_utf8();
        return find(inner, "'", from + escaped).map(|index| index + 2);
    }
    inner.get(from..)?.starts_with('\'').then_some(from + 2)
}

fn find(text: &str, wanted: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(wanted).map(|index| from + index)
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or_default().matches('\n').count() + 1
}

fn blank(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

fn is_word(next: char) -> bool {
    next.is_alphanumeric() || next == '_'
}

#[test]
fn code_comments_and_literals_are_told_apart() {
    let source = r##"let a = "one // \" two"; // three "four"
/* five /* six */ "seven" */ let b = r#"eight " nine"#; let c = '"'; fn f<'a>(x: &'a str) {} let d = b'\'';"##;

    assert_eq!(
        only(source, Part::Code)
            .split_whitespace()
            .collect::<String>()
            .matches("let")
            .count(),
        4
    );
    assert!(only(source, Part::Code).contains("fn f<'a>(x: &'a str) {}"));
    for hidden in [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ] {
        assert!(
            !only(source, Part::Code).contains(hidden),
            "{hidden} is not code"
        );
    }
    assert_eq!(literals(source)[0], (1, r#"one // \" two"#.to_owned()));
    assert_eq!(literals(source)[1], (2, r#"eight " nine"#.to_owned()));
}

#[test]
fn a_test_module_is_left_out_and_lines_stay() {
    let source = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { \"}\" }\n}\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}";

    let kept = without_tests(source);

    assert_eq!(
        functions(&kept)
            .iter()
            .map(|found| (found.name.as_str(), found.line))
            .collect::<Vec<_>>(),
        [("a", 1), ("c", 6), ("e", 9)]
    );
    assert!(!kept.contains("mod d"));
}

#[test]
fn functions_are_measured_from_their_fn_to_their_closing_brace() {
    let source = "trait T { fn none(&self) -> [u8; 2]; }\nasync fn some(a: [u8; 2])\nwhere\n{\n    if a { '{' }\n}\n";

    assert_eq!(
        functions(source),
        [Function {
            name: "some".to_owned(),
            line: 2,
            lines: 5
        }]
    );
}

#[test]
fn a_phrase_is_found_only_as_whole_words() {
    assert_eq!(
        lines_with("env::var(x)\nenv::vars()\nmy_env::var()\n", "env::var"),
        [1]
    );
    assert_eq!(lines_with("dbg!(x)", "dbg!"), [1]);
}
