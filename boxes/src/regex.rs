//! RegexBox: a backtracking matcher for the usual syntax (no look-around). Slot 0 holds the pattern.
//!
//! A pattern becomes a list of nodes; matching walks it with an explicit list of choices, so that long inputs do not
//! need a deep stack, and gives up after a number of steps that no sensible pattern reaches.

use crate::array::{self, Array};
use crate::error::{raise, Kind};
use crate::string::{bytes, make as text_of, Str};
use crate::value::*;
use rust_alloc::boxed::Box;
use rust_alloc::vec::Vec;

enum Node {
    Char(char),
    Any,
    Set(Vec<(char, char)>, bool),
    Start,
    End,
    Word(bool),
    /// Tries the first branch, then the others.
    Alt(Vec<Vec<Node>>),
    /// A group; the number is that of its capture.
    Group(Option<usize>, Box<Node>),
    Repeat(Box<Node>, usize, usize, bool),
}

struct Parser<'a> {
    s: Vec<char>,
    at: usize,
    groups: usize,
    names: &'a mut Vec<(Vec<char>, usize)>,
    depth: u32,
}

fn class(c: char) -> Option<(Vec<(char, char)>, bool)> {
    let (set, neg) = match c {
        'd' | 'D' => (&[('0', '9')] as &[(char, char)], c == 'D'),
        'w' | 'W' => (
            &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_'), ('\u{80}', '\u{10ffff}')] as &[_],
            c == 'W',
        ),
        's' | 'S' => (&[(' ', ' '), ('\t', '\r')] as &[_], c == 'S'),
        _ => return None,
    };
    Some((set.to_vec(), neg))
}

fn escape(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'f' => '\x0c',
        'v' => '\x0b',
        _ => c,
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.s.get(self.at).copied()
    }

    fn alternatives(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > 100 {
            return None;
        }
        let mut branches = Vec::new();
        loop {
            branches.push(self.sequence()?);
            if self.peek() == Some('|') {
                self.at += 1;
            } else {
                self.depth -= 1;
                return Some(Node::Alt(branches));
            }
        }
    }

    fn sequence(&mut self) -> Option<Vec<Node>> {
        let mut out = Vec::new();
        while let Some(c) = self.peek() {
            if c == '|' || c == ')' {
                break;
            }
            let node = self.atom()?;
            out.push(self.repeat(node)?);
        }
        Some(out)
    }

    fn number(&mut self) -> Option<usize> {
        let from = self.at;
        let mut n = 0usize;
        while let Some(d) = self.peek().and_then(|c| c.to_digit(10)) {
            n = (n * 10 + d as usize).min(1000);
            self.at += 1;
        }
        (self.at > from).then_some(n)
    }

    fn repeat(&mut self, node: Node) -> Option<Node> {
        let (min, max) = match self.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => {
                self.at += 1;
                let min = self.number()?;
                let max = if self.peek() == Some(',') {
                    self.at += 1;
                    if self.peek() == Some('}') {
                        usize::MAX
                    } else {
                        self.number()?
                    }
                } else {
                    min
                };
                if self.peek() != Some('}') || max < min {
                    return None;
                }
                (min, max)
            }
            _ => return Some(node),
        };
        self.at += 1;
        let lazy = self.peek() == Some('?');
        if lazy {
            self.at += 1;
        }
        Some(Node::Repeat(Box::new(node), min, max, lazy))
    }

    fn atom(&mut self) -> Option<Node> {
        let c = self.peek()?;
        self.at += 1;
        Some(match c {
            '.' => Node::Any,
            '^' => Node::Start,
            '$' => Node::End,
            '(' => {
                let mut capture = true;
                let mut name = None;
                if self.peek() == Some('?') {
                    self.at += 1;
                    match self.peek()? {
                        ':' => {
                            self.at += 1;
                            capture = false;
                        }
                        _ => {
                            if self.peek() == Some('P') {
                                self.at += 1;
                            }
                            if self.peek() != Some('<') {
                                return None;
                            }
                            self.at += 1;
                            let from = self.at;
                            while self.peek()? != '>' {
                                self.at += 1;
                            }
                            name = Some(self.s[from..self.at].to_vec());
                            self.at += 1;
                        }
                    }
                }
                let number = capture.then(|| {
                    self.groups += 1;
                    self.groups
                });
                if let (Some(name), Some(n)) = (name, number) {
                    self.names.push((name, n));
                }
                let inner = self.alternatives()?;
                if self.peek() != Some(')') {
                    return None;
                }
                self.at += 1;
                Node::Group(number, Box::new(inner))
            }
            '[' => self.set()?,
            '\\' => {
                let c = self.peek()?;
                self.at += 1;
                if let Some((set, neg)) = class(c) {
                    Node::Set(set, neg)
                } else if c == 'b' || c == 'B' {
                    Node::Word(c == 'b')
                } else {
                    Node::Char(escape(c))
                }
            }
            '*' | '+' | '?' => return None,
            _ => Node::Char(c),
        })
    }

    fn set(&mut self) -> Option<Node> {
        let neg = self.peek() == Some('^');
        if neg {
            self.at += 1;
        }
        let mut out = Vec::new();
        let mut first = true;
        loop {
            let mut c = self.peek()?;
            self.at += 1;
            if c == ']' && !first {
                return Some(Node::Set(out, neg));
            }
            first = false;
            if c == '\\' {
                let e = self.peek()?;
                self.at += 1;
                if let Some((set, n)) = class(e) {
                    if n {
                        // The complement, as ranges between the sorted ones.
                        let mut set = set;
                        set.sort();
                        let mut next = 0u32;
                        for (a, b) in set {
                            if a as u32 > next {
                                out.push((
                                    char::from_u32(next).unwrap_or('\0'),
                                    char::from_u32(a as u32 - 1).unwrap_or('\0'),
                                ));
                            }
                            next = b as u32 + 1;
                        }
                        if let Some(from) = char::from_u32(next) {
                            out.push((from, '\u{10ffff}'));
                        }
                    } else {
                        out.extend(set);
                    }
                    continue;
                }
                c = escape(e);
            }
            let mut end = c;
            if self.peek() == Some('-') && self.s.get(self.at + 1).is_some_and(|e| *e != ']') {
                self.at += 1;
                end = self.peek()?;
                self.at += 1;
                if end == '\\' {
                    end = escape(self.peek()?);
                    self.at += 1;
                }
                if end < c {
                    return None;
                }
            }
            out.push((c, end));
        }
    }
}

/// What a match still has to do: a list of nodes, or an action, then the rest.
#[derive(Clone, Copy)]
struct Task<'r> {
    what: What<'r>,
    /// Index of the task after it.
    next: usize,
}

#[derive(Clone, Copy)]
enum What<'r> {
    Nodes(&'r [Node]),
    Open(usize),
    Close(usize),
    /// The node has matched that often, from that place the last time.
    Again(&'r Node, usize, usize, bool, usize, usize),
}

struct Regex {
    root: Node,
    groups: usize,
    names: Vec<(Vec<char>, usize)>,
}

const DONE: usize = usize::MAX;

impl Regex {
    fn new(pattern: &[u8]) -> Option<Regex> {
        let mut names = Vec::new();
        let s: Vec<char> = core::str::from_utf8(pattern).ok()?.chars().collect();
        let mut p = Parser {
            s,
            at: 0,
            groups: 0,
            names: &mut names,
            depth: 0,
        };
        let root = p.alternatives()?;
        if p.at != p.s.len() {
            return None;
        }
        let groups = p.groups;
        Some(Regex { root, groups, names })
    }

    /// Captures of a match that starts at a place.
    fn at(&self, s: &[char], from: usize) -> Option<Vec<Option<(usize, usize)>>> {
        let root = core::slice::from_ref(&self.root);
        let mut tasks: Vec<Task> = Vec::new();
        tasks.push(Task {
            what: What::Nodes(root),
            next: DONE,
        });
        let mut caps: Vec<Option<(usize, usize)>> = Vec::new();
        caps.resize(self.groups + 1, None);
        let mut opens: Vec<usize> = Vec::new();
        opens.resize(self.groups + 1, 0);
        // A choice: task, place, captures at that time, number of tasks.
        type Saved = Vec<Option<(usize, usize)>>;
        let mut choices: Vec<(usize, usize, Saved, Vec<usize>)> = Vec::new();
        let (mut task, mut at) = (0usize, from);
        let mut steps = 0u32;
        loop {
            steps += 1;
            if steps > 5_000_000 {
                return None;
            }
            if task == DONE {
                caps[0] = Some((from, at));
                return Some(caps);
            }
            let Task { what, next } = tasks[task];
            let mut add = |what, next| {
                tasks.push(Task { what, next });
                tasks.len() - 1
            };
            let ok = match what {
                What::Open(n) => {
                    opens[n] = at;
                    task = next;
                    true
                }
                What::Close(n) => {
                    caps[n] = Some((opens[n], at));
                    task = next;
                    true
                }
                What::Again(node, min, max, lazy, count, last) => {
                    let stuck = count > min && at == last;
                    let more = count < max && !stuck;
                    let again = if more {
                        let rest = add(What::Again(node, min, max, lazy, count + 1, at), next);
                        Some(add(What::Nodes(core::slice::from_ref(node)), rest))
                    } else {
                        None
                    };
                    match again {
                        Some(again) if count < min => task = again,
                        Some(again) => {
                            let (first, second) = if lazy { (next, again) } else { (again, next) };
                            choices.push((second, at, caps.clone(), opens.clone()));
                            task = first;
                        }
                        None => task = next,
                    }
                    true
                }
                What::Nodes([]) => {
                    task = next;
                    true
                }
                What::Nodes([node, rest @ ..]) => {
                    let after = if rest.is_empty() {
                        next
                    } else {
                        add(What::Nodes(rest), next)
                    };
                    match node {
                        Node::Char(c) => step(s.get(at) == Some(c), &mut at, &mut task, after),
                        Node::Any => step(s.get(at).is_some_and(|c| *c != '\n'), &mut at, &mut task, after),
                        Node::Set(set, neg) => {
                            let fits = s
                                .get(at)
                                .is_some_and(|c| set.iter().any(|(a, b)| a <= c && c <= b) != *neg);
                            step(fits, &mut at, &mut task, after)
                        }
                        Node::Start => {
                            task = after;
                            at == 0
                        }
                        Node::End => {
                            task = after;
                            at == s.len()
                        }
                        Node::Word(want) => {
                            let word = |i: usize| s.get(i).is_some_and(|c| c.is_alphanumeric() || *c == '_');
                            let edge = (at > 0 && word(at - 1)) != word(at);
                            task = after;
                            edge == *want
                        }
                        Node::Alt(branches) => {
                            for b in branches[1..].iter().rev() {
                                let t = add(What::Nodes(b), after);
                                choices.push((t, at, caps.clone(), opens.clone()));
                            }
                            task = add(What::Nodes(&branches[0]), after);
                            true
                        }
                        Node::Group(number, inner) => {
                            let inner = core::slice::from_ref(&**inner);
                            task = match number {
                                Some(n) => {
                                    let close = add(What::Close(*n), after);
                                    let body = add(What::Nodes(inner), close);
                                    add(What::Open(*n), body)
                                }
                                None => add(What::Nodes(inner), after),
                            };
                            true
                        }
                        Node::Repeat(inner, min, max, lazy) => {
                            task = add(What::Again(inner, *min, *max, *lazy, 0, DONE), after);
                            true
                        }
                    }
                }
            };
            if !ok {
                let (t, a, c, o) = choices.pop()?;
                task = t;
                at = a;
                caps = c;
                opens = o;
            }
        }
    }

    fn find(&self, s: &[char], from: usize) -> Option<Vec<Option<(usize, usize)>>> {
        (from..=s.len()).find_map(|i| self.at(s, i))
    }

    /// All matches, none overlapping.
    fn all(&self, s: &[char]) -> Vec<Vec<Option<(usize, usize)>>> {
        let mut out: Vec<Vec<Option<(usize, usize)>>> = Vec::new();
        let mut from = 0;
        while let Some(m) = self.find(s, from) {
            let (a, b) = m[0].unwrap_or((from, from));
            from = if b == a { b + 1 } else { b };
            out.push(m);
            if from > s.len() {
                break;
            }
        }
        out
    }
}

fn step(fits: bool, at: &mut usize, task: &mut usize, after: usize) -> bool {
    *at += 1;
    *task = after;
    fits
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_regex(pattern: *mut Str) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    if Regex::new(bytes(pattern)).is_none() {
        let mut m = b"Invalid regex pattern: ".to_vec();
        m.extend_from_slice(bytes(pattern));
        raise(Kind::Invalid, &m);
    }
    let r = make(class::REGEX);
    *slot(r, 0) = Val::str(pattern).retain();
    r
}

unsafe fn compiled(r: *mut Inst) -> Regex {
    Regex::new(bytes((*slot(r, 0)).ptr())).unwrap_or(Regex {
        root: Node::Alt(Vec::new()),
        groups: 0,
        names: Vec::new(),
    })
}

unsafe fn chars(s: *mut Str) -> Vec<char> {
    core::str::from_utf8_unchecked(bytes(s)).chars().collect()
}

fn utf8(s: &[char]) -> Vec<u8> {
    let mut out = Vec::new();
    for c in s {
        let mut b = [0; 4];
        out.extend_from_slice(c.encode_utf8(&mut b).as_bytes());
    }
    out
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_test(r: *mut Inst, s: *mut Str) -> u32 {
    compiled(r).find(&chars(s), 0).is_some() as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_find(r: *mut Inst, s: *mut Str) -> i64 {
    let s = chars(s);
    match compiled(r).find(&s, 0).and_then(|m| m[0]) {
        Some((a, b)) => Val::text(&utf8(&s[a..b])).ret(),
        None => Val::NULL.ret(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_find_all(r: *mut Inst, s: *mut Str) -> *mut Array {
    let s = chars(s);
    let out = array::ny_array_new(0);
    for (a, b) in compiled(r).all(&s).iter().filter_map(|m| m[0]) {
        array::push(out, Val::text(&utf8(&s[a..b])));
    }
    out
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_split(r: *mut Inst, s: *mut Str) -> *mut Array {
    let s = chars(s);
    let out = array::ny_array_new(0);
    let mut from = 0;
    for (a, b) in compiled(r).all(&s).iter().filter_map(|m| m[0]) {
        array::push(out, Val::text(&utf8(&s[from..a])));
        from = b;
    }
    array::push(out, Val::text(&utf8(&s[from..])));
    out
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_replace(r: *mut Inst, s: *mut Str, with: *mut Str) -> *mut Str {
    let (s, with) = (chars(s), chars(with));
    let regex = compiled(r);
    let mut out: Vec<char> = Vec::new();
    let mut from = 0;
    for m in regex.all(&s) {
        let Some((a, b)) = m[0] else { continue };
        out.extend_from_slice(&s[from..a]);
        expand(&regex, &with, &m, &s, &mut out);
        from = b;
    }
    out.extend_from_slice(&s[from..]);
    text_of(&utf8(&out))
}

/// `$1`, `$name`, `${name}` and `$$` of a replacement.
fn expand(regex: &Regex, with: &[char], m: &[Option<(usize, usize)>], s: &[char], out: &mut Vec<char>) {
    let mut i = 0;
    while i < with.len() {
        if with[i] != '$' || i + 1 == with.len() {
            out.push(with[i]);
            i += 1;
            continue;
        }
        if with[i + 1] == '$' {
            out.push('$');
            i += 2;
            continue;
        }
        let braces = with[i + 1] == '{';
        let from = i + 1 + braces as usize;
        let mut end = from;
        while end < with.len() && (with[end].is_alphanumeric() || with[end] == '_') {
            end += 1;
        }
        let name = &with[from..end];
        if name.is_empty() {
            out.push('$');
            i += 1;
            continue;
        }
        let number = crate::number::parse_int(&utf8(name)).map(|n| n as usize);
        let number = number.or_else(|| regex.names.iter().find(|(n, _)| n == name).map(|(_, n)| *n));
        if let Some((a, b)) = number.and_then(|n| m.get(n).copied().flatten()) {
            out.extend_from_slice(&s[a..b]);
        }
        i = end + (braces && with.get(end) == Some(&'}')) as usize;
    }
}
