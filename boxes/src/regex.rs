//! RegexBox: regular expressions by the `regex` crate, in time proportional to the text. Slot 0 holds the pattern, slot 1
//! the number of its compilation and slot 2 the place where that is kept.

use crate::array::{self, Array};
use crate::error::{raise, Kind};
use crate::string::{bytes, make as text_of, Str};
use crate::value::*;
use regex::{Captures, Regex, RegexBuilder};
use rust_alloc::vec::Vec;

/// A compiled pattern.
struct Kept {
    number: i64,
    regex: Regex,
}

/// So many compiled patterns are kept; a program that makes more compiles again.
const MOST: usize = 64;
static mut KEPT: Vec<Kept> = Vec::new();
static mut NUMBER: i64 = 0;

fn compile(pattern: &str) -> Option<Regex> {
    // The stack is small, and the program that a pattern becomes is made recursively.
    RegexBuilder::new(pattern)
        .nest_limit(40)
        .size_limit(4 << 20)
        .build()
        .ok()
}

unsafe fn keep(r: *mut Inst, regex: Regex) -> &'static Regex {
    NUMBER += 1;
    let kept = Kept { number: NUMBER, regex };
    let at = if KEPT.len() < MOST {
        KEPT.push(kept);
        KEPT.len() - 1
    } else {
        let at = NUMBER as usize % MOST;
        KEPT[at] = kept;
        at
    };
    *slot(r, 1) = Val::int(NUMBER);
    *slot(r, 2) = Val::int(at as i64);
    &KEPT[at].regex
}

unsafe fn pattern<'a>(r: *mut Inst) -> &'a str {
    text((*slot(r, 0)).ptr())
}

unsafe fn compiled(r: *mut Inst) -> &'static Regex {
    let at = (*slot(r, 2)).pay as usize;
    if at < KEPT.len() && KEPT[at].number == (*slot(r, 1)).pay {
        return &KEPT[at].regex;
    }
    match compile(pattern(r)) {
        Some(regex) => keep(r, regex),
        // It was compiled once.
        None => crate::error::out_of_memory(),
    }
}

unsafe fn text<'a>(s: *mut Str) -> &'a str {
    core::str::from_utf8_unchecked(bytes(s))
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_regex(pattern: *mut Str) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    let r = make(class::REGEX);
    *slot(r, 0) = Val::str(pattern).retain();
    match compile(text(pattern)) {
        Some(regex) => {
            keep(r, regex);
        }
        None => raise(Kind::Invalid, &[b"Invalid regex pattern: ", bytes(pattern)].concat()),
    }
    r
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_pattern(r: *mut Inst) -> *mut Str {
    (*slot(r, 0)).retain().ptr()
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_test(r: *mut Inst, s: *mut Str) -> u32 {
    compiled(r).is_match(text(s)) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_find(r: *mut Inst, s: *mut Str) -> i64 {
    match compiled(r).find(text(s)) {
        Some(m) => Val::text(m.as_str().as_bytes()).ret(),
        None => Val::NULL.ret(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_find_all(r: *mut Inst, s: *mut Str) -> *mut Array {
    let out = array::ny_array_new(0);
    for m in compiled(r).find_iter(text(s)) {
        array::push(out, Val::text(m.as_str().as_bytes()));
    }
    out
}

/// The whole match, then the groups; null for a group that takes no part.
unsafe fn groups(found: &Captures) -> Val {
    let out = array::ny_array_new(found.len() as u32);
    for group in found.iter() {
        let v = group.map_or(Val::NULL, |m| Val::text(m.as_str().as_bytes()));
        array::push(out, v);
    }
    Val::obj(out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_captures(r: *mut Inst, s: *mut Str) -> i64 {
    match compiled(r).captures(text(s)) {
        Some(found) => groups(&found).ret(),
        None => Val::NULL.ret(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_captures_all(r: *mut Inst, s: *mut Str) -> i64 {
    let out = array::ny_array_new(0);
    for found in compiled(r).captures_iter(text(s)) {
        array::push(out, groups(&found));
    }
    Val::obj(out).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_split(r: *mut Inst, s: *mut Str) -> *mut Array {
    let out = array::ny_array_new(0);
    for piece in compiled(r).split(text(s)) {
        array::push(out, Val::text(piece.as_bytes()));
    }
    out
}

/// Replaces so many matches, all for 0. `$1`, `$name` and `${name}` stand for groups, `$$` for a dollar sign.
#[no_mangle]
pub unsafe extern "C" fn ny_regex_replace(limit: u32, r: *mut Inst, s: *mut Str, with: *mut Str) -> *mut Str {
    text_of(compiled(r).replacen(text(s), limit as usize, text(with)).as_bytes())
}

/// The empty expression, for `compile`.
#[no_mangle]
pub unsafe extern "C" fn ny_make_regex_empty() -> *mut Inst {
    let nothing = text_of(b"");
    let r = ny_make_regex(nothing);
    ny_release(nothing as *mut Obj);
    r
}

/// Flags of the crate's syntax before the pattern; others are an error of the pattern.
#[no_mangle]
pub unsafe extern "C" fn ny_make_regex_flags(pattern: *mut Str, flags: *mut Str) -> *mut Inst {
    // `g` and `u` of JavaScript ask for what is so here anyway.
    let known: Vec<u8> = bytes(flags).iter().copied().filter(|b| !b"gu".contains(b)).collect();
    let whole = if known.is_empty() {
        bytes(pattern).to_vec()
    } else {
        [b"(?", known.as_slice(), b")", bytes(pattern)].concat()
    };
    let whole = text_of(&whole);
    let r = ny_make_regex(whole);
    ny_release(whole as *mut Obj);
    r
}

/// Takes another pattern.
#[no_mangle]
pub unsafe extern "C" fn ny_regex_compile(r: *mut Inst, pattern: *mut Str) -> u32 {
    match compile(text(pattern)) {
        Some(regex) => {
            set_slot(r, 0, Val::str(pattern).retain());
            keep(r, regex);
            1
        }
        None => {
            raise(Kind::Invalid, &[b"Invalid regex pattern: ", bytes(pattern)].concat());
            0
        }
    }
}

/// Where each match begins and ends, in characters.
#[no_mangle]
pub unsafe extern "C" fn ny_regex_places(r: *mut Inst, s: *mut Str) -> i64 {
    let out = array::ny_array_new(0);
    let b = bytes(s);
    let (mut counted, mut characters) = (0, 0);
    let mut place = |to: usize| {
        characters += i64::from(crate::string::count(&b[counted..to]));
        counted = to;
        Val::int(characters)
    };
    for found in compiled(r).find_iter(text(s)) {
        let pair = array::ny_array_new(2);
        array::push(pair, place(found.start()));
        array::push(pair, place(found.end()));
        array::push(out, Val::obj(pair));
    }
    Val::obj(out).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_index(r: *mut Inst, s: *mut Str) -> i64 {
    match compiled(r).find(text(s)) {
        Some(found) => i64::from(crate::string::count(&bytes(s)[..found.start()])),
        None => -1,
    }
}

/// The groups with names of the first match; null when there is no match.
#[no_mangle]
pub unsafe extern "C" fn ny_regex_named(r: *mut Inst, s: *mut Str) -> i64 {
    let regex = compiled(r);
    let Some(found) = regex.captures(text(s)) else {
        return Val::NULL.ret();
    };
    let map = crate::map::ny_map_new();
    for name in regex.capture_names().flatten() {
        let value = found.name(name).map_or(Val::NULL, |m| Val::text(m.as_str().as_bytes()));
        crate::map::set_bytes(map, name.as_bytes(), value);
    }
    Val::obj(map).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_regex_escape(_: *mut Inst, s: *mut Str) -> *mut Str {
    text_of(regex::escape(text(s)).as_bytes())
}
