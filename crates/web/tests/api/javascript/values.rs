//! JSON by chance, as text.

use rand::RngExt;
use rand::rngs::StdRng;

/// Values without end.
pub struct Values(StdRng);

const BLANKS: [&str; 5] = ["", "", " ", "\n", "\t\r\n "];
const LETTERS: [&str; 22] = [
    "a",
    "b",
    "Z",
    " ",
    "é",
    "李",
    "🎵",
    "\u{2028}",
    "\u{7f}",
    "\u{feff}",
    "\\\"",
    "\\\\",
    "\\/",
    "\\n",
    "\\u0000",
    "\\u001b",
    "\\ud83d",
    "\\ude00",
    "\\ud83d\\ude00",
    "\\uFFFF",
    "/",
    "'",
];
const NAMES: [&str; 5] = ["a", "b", "__proto__", "", "10"];

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

impl Values {
    pub fn of(chance: StdRng) -> Self {
        Self(chance)
    }

    pub fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.0.random_range(0..things.len())]
    }

    /// Any value that is no deeper than so.
    pub fn value(&mut self, depth: u32) -> String {
        let kinds = if depth == 0 { 4 } else { 7 };
        match self.0.random_range(0..kinds) {
            0 => self.one_of(&["null", "true", "false"]).to_owned(),
            1 | 2 => self.number(),
            3 => self.string(),
            4 => self.list(depth, ('[', ']'), Self::value),
            _ => self.list(depth, ('{', '}'), Self::field),
        }
    }

    /// A name and a value.
    pub fn field(&mut self, depth: u32) -> String {
        let name = match self.0.random_range(0..3) {
            0 => self.string(),
            _ => quoted(self.one_of(&NAMES)),
        };
        let (before, after) = (self.blank(), self.blank());
        format!("{name}{before}:{after}{}", self.value(depth))
    }

    fn blank(&mut self) -> &'static str {
        self.one_of(&BLANKS)
    }

    fn list(
        &mut self,
        depth: u32,
        (open, close): (char, char),
        item: fn(&mut Self, u32) -> String,
    ) -> String {
        let count = self.0.random_range(0..4);
        let items: Vec<String> = (0..count)
            .map(|_| {
                let (before, after) = (self.blank(), self.blank());
                format!("{before}{}{after}", item(self, depth - 1))
            })
            .collect();
        format!("{open}{}{}{close}", items.join(","), self.blank())
    }

    fn digits(&mut self, most: usize) -> String {
        let count = self.0.random_range(1..=most);
        (0..count)
            .map(|_| char::from(b'0' + self.0.random_range(0..10_u8)))
            .collect()
    }

    fn number(&mut self) -> String {
        let sign = self.one_of(&["", "-"]);
        let whole = self.digits(25);
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let fraction = match self.0.random_range(0..2) {
            0 => String::new(),
            _ => format!(".{}", self.digits(20)),
        };
        let exponent = match self.0.random_range(0..4) {
            0 => format!("{}{}", self.one_of(&["e", "E+", "e-"]), self.digits(3)),
            _ => String::new(),
        };
        format!("{sign}{whole}{fraction}{exponent}")
    }

    fn string(&mut self) -> String {
        let count = self.0.random_range(0..6);
        let letters: String = (0..count).map(|_| self.one_of(&LETTERS)).collect();
        format!("\"{letters}\"")
    }
}
