//! Arithmetic, texts, arrays and maps against a model in Rust: ten thousand random calls, each compiled to native code and
//! compared with what the model says.
//!
//! The arguments stand in the program as literals or come out of an array of anything, so that the same call is compiled for
//! known and for unknown types. `NYASH_SEED` and `NYASH_ROUNDS` set the first seed, and how many there are: for hours of it.

#[expect(dead_code, reason = "nothing is only checked here")]
mod support;

use std::fmt::Write as _;
use std::ops::Range;

/// Calls in a program: enough that compiling it does not count.
const CALLS: usize = 500;

/// One operand or result.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Int(i64),
    Text(String),
    Texts(Vec<String>),
    Ints(Vec<i64>),
}

impl Value {
    /// As an expression.
    fn source(&self) -> String {
        match self {
            Value::Int(n) => int(*n),
            Value::Text(text) => quoted(text),
            Value::Texts(list) => bracketed(list.iter().map(|text| quoted(text))),
            Value::Ints(list) => bracketed(list.iter().map(|n| int(*n))),
        }
    }

    /// As it is printed.
    fn shown(&self) -> String {
        match self {
            Value::Int(n) => n.to_string(),
            Value::Text(text) => text.clone(),
            Value::Texts(list) => bracketed(list.iter().cloned()),
            Value::Ints(list) => bracketed(list.iter().map(i64::to_string)),
        }
    }
}

fn bracketed(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The smallest integer has no literal: it is the negation of one that is too large.
fn int(n: i64) -> String {
    match n {
        i64::MIN => "(-9223372036854775807 - 1)".to_owned(),
        n if n < 0 => format!("({n})"),
        n => n.to_string(),
    }
}

/// The same numbers for the same seed: xorshift.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// Small ones, and those where things go wrong.
    fn int(&mut self) -> i64 {
        match self.below(8) {
            0 => self.one_of(&[
                0,
                1,
                -1,
                i64::MAX,
                i64::MIN,
                i64::MAX - 1,
                i64::MIN + 1,
                1 << 31,
                -(1 << 31),
                1 << 32,
            ]),
            1 => self.next() as i64,
            2 => (self.next() as i32).into(),
            _ => self.below(40) as i64 - 15,
        }
    }

    /// A position in or around something of a length.
    fn position(&mut self, length: usize) -> i64 {
        match self.below(12) {
            0 => self.one_of(&[i64::MIN, i64::MAX, -1, 1 << 32]),
            _ => self.below(length + 4) as i64 - 2,
        }
    }

    /// Few letters, so that parts occur; one to four bytes each.
    fn text(&mut self, longest: usize) -> String {
        let length = self.below(longest + 1);
        (0..length)
            .map(|_| self.one_of(&["a", "a", "b", "A", "é", "日", "🙂", " ", "-", "1"]))
            .collect()
    }

    fn texts(&mut self) -> Vec<String> {
        (0..self.below(7)).map(|_| self.text(3)).collect()
    }

    fn ints(&mut self) -> Vec<i64> {
        (0..self.below(8)).map(|_| self.int()).collect()
    }
}

/// A call as a template, in which `$0`, `$1` .. stand for the operands, with what it gives.
struct Call {
    template: &'static str,
    operands: Vec<Value>,
    result: Value,
}

fn bool_text(b: bool) -> Value {
    Value::Text(b.to_string())
}

fn arithmetic(random: &mut Random) -> Call {
    let (a, b) = (random.int(), random.int());
    let truth = |template, b_: bool| (template, bool_text(b_));
    let number = |template, n: i64| (template, Value::Int(n));
    let (template, result) = match random.below(16) {
        0 => number("$0 + $1", a.wrapping_add(b)),
        1 => number("$0 - $1", a.wrapping_sub(b)),
        2 => number("$0 * $1", a.wrapping_mul(b)),
        3 if b != 0 => number("$0 / $1", a.wrapping_div(b)),
        4 if b != 0 => number("$0 % $1", a.wrapping_rem(b)),
        5 => number("$0 & $1", a & b),
        6 => number("$0 | $1", a | b),
        7 => number("$0 ^ $1", a ^ b),
        8 => number("0 - $0", a.wrapping_neg()),
        9 => truth("$0 < $1", a < b),
        10 => truth("$0 >= $1", a >= b),
        11 => truth("$0 == $1", a == b),
        12 => truth("$0 != $1", a != b),
        13 => number("$0.max($1)", a.max(b)),
        14 => number("$0.min($1)", a.min(b)),
        _ => ("$0 + \":\" + $1", Value::Text(format!("{a}:{b}"))),
    };
    Call {
        template,
        operands: vec![Value::Int(a), Value::Int(b)],
        result,
    }
}

/// Characters from one position up to but not including another, positions moved to the ends.
fn cut(chars: &[char], from: i64, to: i64) -> String {
    let clamp = |n: i64| n.clamp(0, chars.len() as i64) as usize;
    let (from, to) = (clamp(from), clamp(to));
    chars.get(from..to.max(from)).unwrap_or_default().iter().collect()
}

/// The number of characters before a byte, -1 for none.
fn characters_before(text: &str, byte: Option<usize>) -> Value {
    Value::Int(byte.map_or(-1, |at| text[..at].chars().count() as i64))
}

fn text(random: &mut Random) -> Call {
    let s = random.text(9);
    let chars: Vec<char> = s.chars().collect();
    let part = match random.below(3) {
        0 => random.text(3),
        _ => {
            let at = random.below(chars.len() + 1) as i64;
            cut(&chars, at, at + 1 + random.below(2) as i64)
        }
    };
    let other = random.text(2);
    let (i, j) = (random.position(chars.len()), random.position(chars.len()));
    let on = |operands: &[Value]| {
        let mut all = vec![Value::Text(s.clone())];
        all.extend_from_slice(operands);
        all
    };
    let t = |text: &str| Value::Text(text.to_owned());
    let n = Value::Int;
    let one = |c: Option<&char>| Value::Text(c.map(char::to_string).unwrap_or_default());
    let filled = random.below(14);
    let fill = |front: bool| {
        let missing = filled.saturating_sub(chars.len());
        let pad: String = "ab".chars().cycle().take(missing).collect();
        Value::Text(if front {
            format!("{pad}{s}")
        } else {
            format!("{s}{pad}")
        })
    };
    let (template, operands, result) = match random.below(24) {
        0 => ("$0.length()", on(&[]), n(chars.len() as i64)),
        1 => ("$0.substring($1, $2)", on(&[n(i), n(j)]), t(&cut(&chars, i, j))),
        2 => ("$0.substring($1)", on(&[n(i)]), t(&cut(&chars, i, i64::MAX))),
        3 => {
            let at = usize::try_from(i).ok().and_then(|i| chars.get(i));
            ("$0.charAt($1)", on(&[n(i)]), one(at))
        }
        4 => ("$0.indexOf($1)", on(&[t(&part)]), characters_before(&s, s.find(&part))),
        5 => (
            "$0.lastIndexOf($1)",
            on(&[t(&part)]),
            characters_before(&s, s.rfind(&part)),
        ),
        6 => ("$0.contains($1)", on(&[t(&part)]), bool_text(s.contains(&part))),
        7 => ("$0.startsWith($1)", on(&[t(&part)]), bool_text(s.starts_with(&part))),
        8 => ("$0.endsWith($1)", on(&[t(&part)]), bool_text(s.ends_with(&part))),
        9 if !part.is_empty() => (
            "$0.replace($1, $2)",
            on(&[t(&part), t(&other)]),
            t(&s.replace(&part, &other)),
        ),
        10 if !part.is_empty() => {
            let pieces = s.split(&part).map(str::to_owned).collect();
            ("$0.split($1)", on(&[t(&part)]), Value::Texts(pieces))
        }
        11 => ("$0.trim()", on(&[]), t(s.trim())),
        12 => ("$0.trimStart()", on(&[]), t(s.trim_start())),
        13 => ("$0.trimEnd()", on(&[]), t(s.trim_end())),
        14 => ("$0.toUpper()", on(&[]), t(&s.to_uppercase())),
        15 => ("$0.toLower()", on(&[]), t(&s.to_lowercase())),
        16 => {
            let times = random.below(5) as i64 - 1;
            ("$0.repeat($1)", on(&[n(times)]), t(&s.repeat(times.max(0) as usize)))
        }
        17 => ("$0.reverse()", on(&[]), Value::Text(chars.iter().rev().collect())),
        18 => ("$0.padLeft($1, \"ab\")", on(&[n(filled as i64)]), fill(true)),
        19 => ("$0.padRight($1, \"ab\")", on(&[n(filled as i64)]), fill(false)),
        20 if !part.is_empty() => ("$0.count($1)", on(&[t(&part)]), n(s.matches(&part).count() as i64)),
        21 => {
            let points = chars.iter().map(|c| i64::from(u32::from(*c))).collect();
            ("$0.codePoints()", on(&[]), Value::Ints(points))
        }
        22 => ("$0 < $1", on(&[t(&part)]), bool_text(s < part)),
        _ => ("$0 + $1", on(&[t(&other)]), Value::Text(format!("{s}{other}"))),
    };
    Call {
        template,
        operands,
        result,
    }
}

/// Methods of arrays; each works on an array of its own.
fn list(random: &mut Random) -> Call {
    let a = random.ints();
    let length = a.len();
    let index = random.position(length);
    let inside = usize::try_from(index).ok().filter(|i| *i < length);
    let x = match random.below(2) {
        0 if length > 0 => random.one_of(&a),
        _ => random.int(),
    };
    let b = random.ints();
    let k = random.below(9);
    let on = |operands: &[Value]| {
        let mut all = vec![Value::Ints(a.clone())];
        all.extend_from_slice(operands);
        all
    };
    let n = Value::Int;
    let or_null = |value: Option<i64>| value.map_or(Value::Text("null".to_owned()), Value::Int);
    let at = a.iter().position(|y| *y == x);
    let place = |at: Option<usize>| n(at.map_or(-1, |at| at as i64));
    let sorted = || {
        let mut sorted = a.clone();
        sorted.sort_unstable();
        sorted
    };
    let doubled = || a.iter().map(|x| x.wrapping_mul(2)).collect::<Vec<i64>>();
    let (template, operands, result) = match random.below(24) {
        0 => ("$0.length()", on(&[]), n(length as i64)),
        1 => ("$0.get($1)", on(&[n(index)]), or_null(inside.map(|i| a[i]))),
        2 => ("$0.indexOf($1)", on(&[n(x)]), place(at)),
        3 => (
            "$0.lastIndexOf($1)",
            on(&[n(x)]),
            place(a.iter().rposition(|y| *y == x)),
        ),
        4 => ("$0.contains($1)", on(&[n(x)]), bool_text(at.is_some())),
        5 => ("sorted($0)", on(&[]), Value::Ints(sorted())),
        6 => ("reversed($0)", on(&[]), Value::Ints(a.iter().rev().copied().collect())),
        7 => (
            "$0.concat($1)",
            on(&[Value::Ints(b.clone())]),
            Value::Ints([a.clone(), b].concat()),
        ),
        8 => (
            "$0.join(\"-\")",
            on(&[]),
            Value::Text(a.iter().map(i64::to_string).collect::<Vec<_>>().join("-")),
        ),
        9 => ("popped($0)", on(&[]), {
            let (last, rest) = a
                .split_last()
                .map_or((None, &[][..]), |(last, rest)| (Some(*last), rest));
            Value::Text(format!(
                "{} {}",
                or_null(last).shown(),
                Value::Ints(rest.to_vec()).shown()
            ))
        }),
        10 => ("removed($0, $1)", on(&[n(index)]), {
            let mut rest = a.clone();
            let gone = inside.map(|i| rest.remove(i));
            Value::Text(format!("{} {}", or_null(gone).shown(), Value::Ints(rest).shown()))
        }),
        11 => ("inserted($0, $1, $2)", on(&[n(index), n(x)]), {
            let mut more = a.clone();
            let place = usize::try_from(index).ok().filter(|i| *i <= length);
            if let Some(i) = place {
                more.insert(i, x);
            }
            Value::Text(format!("{} {}", place.is_some(), Value::Ints(more).shown()))
        }),
        12 => (
            "$0.take($1)",
            on(&[n(k as i64)]),
            Value::Ints(a.iter().take(k).copied().collect()),
        ),
        13 => (
            "$0.drop($1)",
            on(&[n(k as i64)]),
            Value::Ints(a.iter().skip(k).copied().collect()),
        ),
        14 => ("$0.map(fn(x) { return x * 2 })", on(&[]), Value::Ints(doubled())),
        15 => {
            let kept = a.iter().filter(|y| **y > x).copied().collect();
            ("$0.filter(fn(y) { return y > $1 })", on(&[n(x)]), Value::Ints(kept))
        }
        16 => (
            "$0.reduce(fn(sum, y) { return sum + y }, $1)",
            on(&[n(x)]),
            n(a.iter().fold(x, |sum, y| sum.wrapping_add(*y))),
        ),
        17 => ("$0.min()", on(&[]), or_null(a.iter().min().copied())),
        18 => ("$0.max()", on(&[]), or_null(a.iter().max().copied())),
        19 => ("$0.unique()", on(&[]), {
            let mut seen = Vec::new();
            for y in &a {
                if !seen.contains(y) {
                    seen.push(*y);
                }
            }
            Value::Ints(seen)
        }),
        20 => ("$0.any(fn(y) { return y == $1 })", on(&[n(x)]), bool_text(at.is_some())),
        21 => (
            "$0.countOf($1)",
            on(&[n(x)]),
            n(a.iter().filter(|y| **y == x).count() as i64),
        ),
        22 => (
            "summed($0)",
            on(&[]),
            n(a.iter().fold(0i64, |sum, y| sum.wrapping_add(*y))),
        ),
        _ => (
            "descending($0)",
            on(&[]),
            Value::Ints(sorted().into_iter().rev().collect()),
        ),
    };
    Call {
        template,
        operands,
        result,
    }
}

/// A map that a list of keys has gone through.
fn map(random: &mut Random) -> Call {
    let keys = random.texts();
    let mut known: Vec<(String, i64)> = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        match known.iter_mut().find(|(k, _)| k == key) {
            Some(entry) => entry.1 = n as i64,
            None => known.push((key.clone(), n as i64)),
        }
    }
    known.sort();
    let gone = match random.below(2) {
        0 if !keys.is_empty() => random.one_of(&keys),
        _ => random.text(2),
    };
    let names = |known: &[(String, i64)]| Value::Texts(known.iter().map(|(k, _)| k.clone()).collect());
    let (template, operands, result) = match random.below(5) {
        0 => ("counted($0).keys()", vec![], names(&known)),
        1 => {
            let values = known.iter().map(|(_, n)| *n).collect();
            ("counted($0).values()", vec![], Value::Ints(values))
        }
        2 => ("counted($0).size()", vec![], Value::Int(known.len() as i64)),
        3 => {
            let value = known.iter().find(|(k, _)| *k == gone).map_or(-7, |(_, n)| *n);
            ("counted($0).getOr($1, -7)", vec![Value::Text(gone)], Value::Int(value))
        }
        _ => {
            known.retain(|(k, _)| *k != gone);
            ("without($0, $1)", vec![Value::Text(gone)], names(&known))
        }
    };
    Call {
        template,
        operands: [vec![Value::Texts(keys)], operands].concat(),
        result,
    }
}

/// What the calls name, and the output of a call in one line.
const PRELUDE: &str = r#"
function sorted(a) { a.sort() return a }
function reversed(a) { a.reverse() return a }
function descending(a) { return a.sortDescending() }
function popped(a) { local x = a.pop() return text(x) + " " + a }
function removed(a, i) { local x = a.remove(i) return text(x) + " " + a }
function inserted(a, i, x) { local there = a.insert(i, x) return there + " " + a }
function summed(a) { local sum = 0 for x in a { sum = sum + x } return sum }
function counted(keys) {
  local map = new MapBox()
  for i in range(0, keys.length()) { map.set(keys.get(i), i) }
  return map
}
function without(keys, gone) {
  local map = counted(keys)
  map.delete(gone)
  return map.keys()
}
function text(x) { return x == null ? "null" : "" + x }
function show(x) { print(">" + text(x)) }
"#;

/// A program of random calls, with what it prints.
fn program(seed: u64) -> (String, Vec<(String, String)>) {
    let mut random = Random::new(seed);
    let mut hidden = Vec::new();
    let mut body = String::new();
    let mut expected = Vec::new();
    for _ in 0..CALLS {
        let call = match random.below(8) {
            0 | 1 => arithmetic(&mut random),
            2..=4 => text(&mut random),
            5 | 6 => list(&mut random),
            _ => map(&mut random),
        };
        let mut source = call.template.to_owned();
        for (n, operand) in call.operands.iter().enumerate() {
            let written = match random.below(2) {
                0 => operand.source(),
                _ => {
                    hidden.push(operand.source());
                    format!("hidden.get({})", hidden.len() - 1)
                }
            };
            source = source.replace(&format!("${n}"), &written);
        }
        let _ = writeln!(body, "  show({source})");
        let with = call.operands.iter().map(Value::source).collect::<Vec<_>>().join(", ");
        expected.push((format!(">{}", call.result.shown()), format!("{source}    with {with}")));
    }
    // In parts, so that no function is enormous.
    let mut parts = String::new();
    let mut calls = String::new();
    for (n, lines) in body.lines().collect::<Vec<_>>().chunks(50).enumerate() {
        let _ = write!(parts, "function part{n}(hidden) {{\n{}\n}}\n", lines.join("\n"));
        let _ = writeln!(calls, "  part{n}(hidden)");
    }
    let list = hidden.join(",\n    ");
    let text = format!(
        "{PRELUDE}{parts}function main() {{\n  local hidden = [null,\n    {list}]\n  hidden.shift()\n{calls}}}\nmain()\n"
    );
    (text, expected)
}

fn seeds(rounds: u64) -> Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().expect(name));
    let first = number("NYASH_SEED").unwrap_or(1);
    first..first + number("NYASH_ROUNDS").unwrap_or(rounds)
}

#[test]
fn ten_thousand_calls_give_what_the_model_gives() {
    let folder = support::folder().unwrap();
    for seed in seeds(20) {
        let (source, expected) = program(seed);
        std::fs::write(folder.path().join("calls.hako"), &source).unwrap();
        let output = support::run(folder.path(), "calls.hako", &[], &[], "").unwrap();
        let printed = support::text(&output.stdout);
        let mut lines = printed.split("\n>").map(|line| line.trim_end_matches('\n'));
        for (n, (wanted, call)) in expected.iter().enumerate() {
            let found = lines.next().unwrap_or_default();
            let found = if n == 0 { found.to_owned() } else { format!(">{found}") };
            assert!(
                found == wanted.trim_end_matches('\n'),
                "seed {seed}, call {n}: {call}\n gives {found:?}\nwanted {wanted:?}\n{}",
                support::text(&output.stderr)
            );
        }
    }
}
