//! TOML text.

use crate::string::{bytes, Str};
use crate::value::*;
use rust_alloc::format;
use rust_alloc::string::String;
use rust_alloc::vec::Vec;
use toml::de::{DeArray, DeTable, DeValue};

/// Tables nest at most so deep in what is written; a map that contains itself nests without end.
const DEEPEST: u32 = 200;

/// Reads TOML text: tables become maps, dates texts as they stand. Err says what is wrong, with line and column.
unsafe fn read(text: &[u8]) -> Result<Val, String> {
    let text = core::str::from_utf8(text).map_err(|_| String::from("the text is not UTF-8"))?;
    match DeTable::parse(text) {
        Ok(table) => Ok(map(table.get_ref())),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = text.get(..at).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
            let what = error.message();
            Err(format!("line {line}, column {column}: {what}"))
        }
    }
}

unsafe fn map(table: &DeTable) -> Val {
    let out = crate::map::ny_map_new();
    for (key, item) in table {
        crate::map::set_bytes(out, key.get_ref().as_bytes(), value(item.get_ref()));
    }
    Val::obj(out)
}

unsafe fn list(array: &DeArray) -> Val {
    let out = crate::array::ny_array_new(0);
    for item in array {
        crate::array::push(out, value(item.get_ref()));
    }
    Val::obj(out)
}

unsafe fn value(item: &DeValue) -> Val {
    match item {
        DeValue::String(text) => Val::text(text.as_bytes()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(n) => Val::int(n),
            // Larger than an integer is: what it is nearest to.
            Err(_) => Val::float(number.as_str().parse().unwrap_or(f64::NAN)),
        },
        DeValue::Float(number) => Val::float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => Val::bool(*b),
        DeValue::Datetime(when) => Val::text(format!("{when}").as_bytes()),
        DeValue::Array(array) => list(array),
        DeValue::Table(table) => map(table),
    }
}

/// `new TOMLBox()`: an empty document.
#[no_mangle]
pub unsafe extern "C" fn ny_make_toml() -> *mut Inst {
    let document = make(class::TOML);
    *slot(document, 0) = Val::obj(crate::map::ny_map_new());
    document
}

/// Puts what a text says in the place of what was there; where it is no TOML, nothing, and what is wrong.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_parse(document: *mut Inst, text: *mut Str) -> u32 {
    let (contents, wrong) = match read(bytes(text)) {
        Ok(contents) => (contents, Val::NULL),
        Err(message) => (Val::obj(crate::map::ny_map_new()), Val::text(message.as_bytes())),
    };
    for (number, new) in [(0, contents), (1, wrong)] {
        (*slot(document, number)).release();
        *slot(document, number) = new;
    }
    (wrong.tag == NULL) as u32
}

/// What is wrong with the text, or null.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_error(document: *mut Inst) -> i64 {
    let wrong = *slot(document, 1);
    let wrong = if wrong.tag == STR { wrong } else { Val::NULL };
    wrong.retain().ret()
}

/// What stands under a path of keys and indices with dots between them.
unsafe fn find(document: *mut Inst, path: *mut Str) -> Option<Val> {
    let mut here = *slot(document, 0);
    // A key may have dots of its own.
    if let Some(found) = crate::map::get_bytes(here.ptr(), bytes(path)) {
        return Some(found);
    }
    for part in bytes(path).split(|b| *b == b'.') {
        here = match here.class() {
            class::MAP => crate::map::get_bytes(here.ptr(), part)?,
            class::ARRAY => {
                let index = usize::try_from(crate::number::parse_int(part)?).ok()?;
                *crate::array::items(here.ptr()).get(index)?
            }
            _ => return None,
        };
    }
    Some(here)
}

/// What stands under a path, or null.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_get(document: *mut Inst, path: *mut Str) -> i64 {
    find(document, path).unwrap_or(Val::NULL).retain().ret()
}

/// Whether there is something under a path.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_has(document: *mut Inst, path: *mut Str) -> u32 {
    find(document, path).is_some() as u32
}

/// The whole document as a map.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_value(document: *mut Inst) -> i64 {
    (*slot(document, 0)).retain().ret()
}

/// The document as JSON.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_json(document: *mut Inst) -> *mut Str {
    let mut out = Vec::new();
    crate::json::write(*slot(document, 0), &mut out);
    crate::string::make(&out)
}

/// The document as TOML.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_text(document: *mut Inst) -> *mut Str {
    written(*slot(document, 0))
}

/// A map as TOML.
#[no_mangle]
pub unsafe extern "C" fn ny_toml_stringify(_: *mut Inst, tag: u32, pay: i64) -> *mut Str {
    written(Val::new(tag, pay))
}

unsafe fn written(v: Val) -> *mut Str {
    let mut out = Vec::new();
    if v.class() == class::MAP {
        table(v, &mut Vec::new(), &mut out);
    } else {
        refuse("a TOML document is a map");
    }
    crate::string::make(&out)
}

/// One error is enough.
unsafe fn refuse(message: &str) {
    if crate::error::ny_pending.tag == ABSENT {
        crate::error::raise(crate::error::Kind::Invalid, message.as_bytes());
    }
}

/// The values of a table, then its tables, each under a head of its own.
unsafe fn table(v: Val, path: &mut Vec<u8>, out: &mut Vec<u8>) {
    if path.iter().filter(|b| **b == b'.').count() as u32 > DEEPEST {
        return refuse("TOML of a map that contains itself or nests deeper than 200");
    }
    let entries = crate::map::sorted(v.ptr());
    for entry in entries.iter().filter(|entry| !has_head(entry.value)) {
        // There is no null in TOML.
        if matches!(entry.value.tag, NULL | VOID | ABSENT) {
            continue;
        }
        key(bytes(entry.key), out);
        out.extend_from_slice(b" = ");
        inline(entry.value, out, 0);
        out.push(b'\n');
    }
    for entry in entries.iter().filter(|entry| has_head(entry.value)) {
        if crate::error::ny_pending.tag != ABSENT {
            return;
        }
        let length = path.len();
        if length > 0 {
            path.push(b'.');
        }
        key(bytes(entry.key), path);
        let several = entry.value.class() == class::ARRAY;
        let one = [entry.value];
        let tables: &[Val] = if several {
            crate::array::items(entry.value.ptr())
        } else {
            &one
        };
        for inner in tables {
            if !out.is_empty() {
                out.push(b'\n');
            }
            out.extend_from_slice(if several { b"[[" } else { b"[" });
            out.extend_from_slice(path);
            out.extend_from_slice(if several { b"]]\n" } else { b"]\n" });
            table(*inner, path, out);
        }
        path.truncate(length);
    }
}

/// A map, or an array of maps only.
unsafe fn has_head(v: Val) -> bool {
    match v.class() {
        class::MAP => true,
        class::ARRAY => {
            let items = crate::array::items(v.ptr());
            !items.is_empty() && items.iter().all(|item| item.class() == class::MAP)
        }
        _ => false,
    }
}

fn key(name: &[u8], out: &mut Vec<u8>) {
    let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if !name.is_empty() && name.iter().all(bare) {
        out.extend_from_slice(name);
    } else {
        text(name, out);
    }
}

/// TOML's escapes are JSON's, and one more.
fn text(s: &[u8], out: &mut Vec<u8>) {
    for (number, part) in s.split(|b| *b == 127).enumerate() {
        let start = out.len();
        crate::json::quote(part, out);
        if number > 0 {
            // The end of the text before and the beginning of this one.
            let joined = start - 1;
            out.splice(joined..=start, b"\\u007f".iter().copied());
        }
    }
}

/// A value behind a key or in an array.
unsafe fn inline(v: Val, out: &mut Vec<u8>, depth: u32) {
    if depth > DEEPEST {
        return refuse("TOML of an array that contains itself or nests deeper than 200");
    }
    match v.tag {
        BOOL | INT => crate::text::append(v, out),
        FLOAT if v.f64().is_nan() => out.extend_from_slice(b"nan"),
        FLOAT if v.f64().is_infinite() => out.extend_from_slice(if v.f64() < 0.0 { b"-inf" } else { b"inf" }),
        FLOAT => {
            let start = out.len();
            crate::text::append(v, out);
            if !out[start..].iter().any(|b| matches!(b, b'.' | b'e')) {
                out.extend_from_slice(b".0");
            }
        }
        STR => text(bytes(v.ptr()), out),
        ABSENT | VOID | NULL => refuse("there is no null in TOML"),
        _ => match v.class() {
            class::ARRAY => {
                out.push(b'[');
                for (number, item) in crate::array::items(v.ptr()).iter().enumerate() {
                    if number > 0 {
                        out.extend_from_slice(b", ");
                    }
                    inline(*item, out, depth + 1);
                    if crate::error::ny_pending.tag != ABSENT {
                        return;
                    }
                }
                out.push(b']');
            }
            class::MAP => {
                out.extend_from_slice(b"{ ");
                for (number, entry) in crate::map::sorted(v.ptr()).iter().enumerate() {
                    if number > 0 {
                        out.extend_from_slice(b", ");
                    }
                    key(bytes(entry.key), out);
                    out.extend_from_slice(b" = ");
                    inline(entry.value, out, depth + 1);
                    if crate::error::ny_pending.tag != ABSENT {
                        return;
                    }
                }
                out.extend_from_slice(b" }");
            }
            _ => {
                let mut words = Vec::new();
                crate::text::append(v, &mut words);
                text(&words, out);
            }
        },
    }
}
