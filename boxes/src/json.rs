//! JSON text.

use crate::string::bytes;
use crate::value::*;
use rust_alloc::vec::Vec;

/// A string in quotes.
pub fn quote(s: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &b in s {
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            0..=31 => {
                out.extend_from_slice(b"\\u00");
                out.push(b"0123456789abcdef"[(b >> 4) as usize]);
                out.push(b"0123456789abcdef"[(b & 15) as usize]);
            }
            _ => out.push(b),
        }
    }
    out.push(b'"');
}

/// Arrays and maps nest at most so deep in JSON; what contains itself nests without end.
const DEEPEST: u32 = 500;

/// A value as compact JSON, maps in key order. An error where it nests too deep.
pub unsafe fn write(v: Val, out: &mut Vec<u8>) {
    write_at(v, out, 0, None);
}

/// Begins a line inside of brackets, where lines are asked for.
fn line(out: &mut Vec<u8>, depth: u32, indent: Option<usize>) {
    if let Some(indent) = indent {
        out.push(b'\n');
        out.resize(out.len() + indent * depth as usize, b' ');
    }
}

/// With an indent: every element and member on a line of its own.
unsafe fn write_at(v: Val, out: &mut Vec<u8>, depth: u32, indent: Option<usize>) {
    match v.tag {
        ABSENT | VOID | NULL => out.extend_from_slice(b"null"),
        BOOL | INT => crate::text::append(v, out),
        FLOAT if !v.f64().is_finite() => out.extend_from_slice(b"null"),
        FLOAT => {
            let n = out.len();
            crate::text::append(v, out);
            if !out[n..].contains(&b'.') {
                out.extend_from_slice(b".0");
            }
        }
        STR => quote(bytes(v.ptr()), out),
        _ if depth > DEEPEST => {
            let message: &[u8] = b"JSON of a value that contains itself or nests deeper than 500";
            if crate::error::ny_pending.tag == ABSENT {
                crate::error::raise(crate::error::Kind::Invalid, message);
            }
            out.extend_from_slice(b"null");
        }
        _ => match v.class() {
            class::ARRAY => {
                let items = crate::array::items(v.ptr());
                out.push(b'[');
                for (i, x) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    line(out, depth + 1, indent);
                    write_at(*x, out, depth + 1, indent);
                    // One error is enough; an array that contains itself twice has 2^500 places.
                    if crate::error::ny_pending.tag != ABSENT {
                        return;
                    }
                }
                if !items.is_empty() {
                    line(out, depth, indent);
                }
                out.push(b']');
            }
            class::MAP => {
                let entries = crate::map::sorted(v.ptr());
                out.push(b'{');
                for (i, e) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    line(out, depth + 1, indent);
                    quote(bytes(e.key), out);
                    out.push(b':');
                    if indent.is_some() {
                        out.push(b' ');
                    }
                    write_at(e.value, out, depth + 1, indent);
                    if crate::error::ny_pending.tag != ABSENT {
                        return;
                    }
                }
                if !entries.is_empty() {
                    line(out, depth, indent);
                }
                out.push(b'}');
            }
            class::JSON | class::JSON_DOC | class::JSON_NODE => write_at(*slot(v.ptr(), 0), out, depth, indent),
            _ => {
                let mut t = Vec::new();
                crate::text::append(v, &mut t);
                quote(&t, out);
            }
        },
    }
}

/// A value as JSON with every element and member on a line of its own, indented by two spaces.
#[no_mangle]
pub unsafe extern "C" fn ny_json_pretty(tag: u32, pay: i64) -> *mut crate::string::Str {
    let mut out = Vec::new();
    write_at(Val::new(tag, pay), &mut out, 0, Some(2));
    crate::string::make(&out)
}

/// The value of a document.
#[no_mangle]
pub unsafe extern "C" fn ny_json_value(j: *mut Inst) -> i64 {
    (*slot(j, 0)).retain().ret()
}

/// `JSONBox.stringify(value)`
#[no_mangle]
pub unsafe extern "C" fn ny_json_stringify(_: *mut Inst, tag: u32, pay: i64) -> *mut crate::string::Str {
    crate::boxes::ny_to_json(tag, pay)
}

/// Removes a member of an object; whether there was one.
#[no_mangle]
pub unsafe extern "C" fn ny_json_remove(j: *mut Inst, tag: u32, pay: i64) -> u32 {
    let v = *slot(j, 0);
    let there = v.class() == class::MAP && member(j, tag, pay).is_some();
    if there {
        let gone = crate::map::ny_map_delete(v.ptr(), tag, pay);
        ny_release(gone as *mut Obj);
    }
    there as u32
}

/// Reads JSON text: objects become maps, arrays arrays. Err is the offset of what is wrong.
pub unsafe fn read(s: &[u8]) -> Result<Val, usize> {
    let mut r = Reader { s, at: 0, depth: 0 };
    let v = r.value()?;
    r.space();
    if r.at != s.len() {
        v.release();
        return Err(r.at);
    }
    Ok(v)
}

struct Reader<'a> {
    s: &'a [u8],
    at: usize,
    depth: u32,
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.at < self.s.len() && matches!(self.s[self.at], b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn peek(&self) -> u8 {
        self.s.get(self.at).copied().unwrap_or(0)
    }

    fn word(&mut self, w: &[u8], v: Val) -> Result<Val, usize> {
        if self.s[self.at..].starts_with(w) {
            self.at += w.len();
            return Ok(v);
        }
        Err(self.at)
    }

    unsafe fn value(&mut self) -> Result<Val, usize> {
        self.space();
        match self.peek() {
            b'n' => self.word(b"null", Val::NULL),
            b't' => self.word(b"true", Val::bool(true)),
            b'f' => self.word(b"false", Val::bool(false)),
            b'"' => {
                let text = self.string()?;
                Ok(Val::text(&text))
            }
            b'[' | b'{' => {
                // Deep nesting must not use up the stack.
                if self.depth > 200 {
                    return Err(self.at);
                }
                self.depth += 1;
                let v = if self.peek() == b'[' {
                    self.array()
                } else {
                    self.object()
                };
                self.depth -= 1;
                v
            }
            _ => self.number(),
        }
    }

    unsafe fn array(&mut self) -> Result<Val, usize> {
        self.at += 1;
        let a = crate::array::ny_array_new(0);
        let out = Val::obj(a);
        self.space();
        if self.peek() == b']' {
            self.at += 1;
            return Ok(out);
        }
        loop {
            match self.value() {
                Ok(v) => crate::array::push(a, v),
                Err(e) => {
                    out.release();
                    return Err(e);
                }
            }
            self.space();
            self.at += 1;
            match self.s.get(self.at - 1) {
                Some(b',') => {}
                Some(b']') => return Ok(out),
                _ => {
                    out.release();
                    return Err(self.at - 1);
                }
            }
        }
    }

    unsafe fn object(&mut self) -> Result<Val, usize> {
        self.at += 1;
        let m = crate::map::ny_map_new();
        let out = Val::obj(m);
        self.space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(out);
        }
        loop {
            self.space();
            let member = self.string().and_then(|key| {
                self.space();
                if self.peek() != b':' {
                    return Err(self.at);
                }
                self.at += 1;
                let v = self.value()?;
                crate::map::set_bytes(m, &key, v);
                Ok(())
            });
            if let Err(e) = member {
                out.release();
                return Err(e);
            }
            self.space();
            self.at += 1;
            match self.s.get(self.at - 1) {
                Some(b',') => {}
                Some(b'}') => return Ok(out),
                _ => {
                    out.release();
                    return Err(self.at - 1);
                }
            }
        }
    }

    fn hex(&mut self) -> Result<u32, usize> {
        let mut n = 0;
        for _ in 0..4 {
            let d = (self.peek() as char).to_digit(16).ok_or(self.at)?;
            n = n * 16 + d;
            self.at += 1;
        }
        Ok(n)
    }

    fn string(&mut self) -> Result<Vec<u8>, usize> {
        if self.peek() != b'"' {
            return Err(self.at);
        }
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let b = *self.s.get(self.at).ok_or(self.at)?;
            self.at += 1;
            match b {
                b'"' => return Ok(out),
                b'\\' => {
                    let e = *self.s.get(self.at).ok_or(self.at)?;
                    self.at += 1;
                    match e {
                        b'n' => out.push(b'\n'),
                        b't' => out.push(b'\t'),
                        b'r' => out.push(b'\r'),
                        b'b' => out.push(8),
                        b'f' => out.push(12),
                        b'"' | b'\\' | b'/' => out.push(e),
                        b'u' => {
                            let mut n = self.hex()?;
                            if (0xd800..0xdc00).contains(&n) && self.s[self.at..].starts_with(b"\\u") {
                                self.at += 2;
                                let low = self.hex()?;
                                n = 0x10000 + ((n - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
                            }
                            let c = char::from_u32(n).unwrap_or('\u{fffd}');
                            let mut buf = [0; 4];
                            out.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
                        }
                        _ => return Err(self.at - 1),
                    }
                }
                _ => out.push(b),
            }
        }
    }

    fn number(&mut self) -> Result<Val, usize> {
        let from = self.at;
        while matches!(self.peek(), b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') {
            self.at += 1;
        }
        let text = &self.s[from..self.at];
        if let Some(i) = crate::number::parse_int(text) {
            return Ok(Val::int(i));
        }
        let text = core::str::from_utf8(text).map_err(|_| from)?;
        text.parse::<f64>().map(Val::float).map_err(|_| from)
    }
}

/// A JSONBox around an owned value.
unsafe fn boxed(v: Val) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    let j = make(class::JSON);
    *slot(j, 0) = v;
    j
}

pub unsafe fn parse(text: &[u8]) -> Result<Val, Vec<u8>> {
    read(text).map_err(|at| {
        let mut m = b"Error parsing JSON: unexpected input at ".to_vec();
        crate::text::int(at as i64, &mut m);
        m
    })
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_json(tag: u32, pay: i64) -> *mut Inst {
    let v = Val::new(tag, pay);
    if tag != STR {
        return boxed(v.retain());
    }
    match parse(bytes(v.ptr())) {
        Ok(v) => boxed(v),
        Err(m) => {
            crate::error::raise(crate::error::Kind::Invalid, &m);
            boxed(Val::NULL)
        }
    }
}

/// An empty object, for `set`.
#[no_mangle]
pub unsafe extern "C" fn ny_make_json_empty() -> *mut Inst {
    boxed(Val::obj(crate::map::ny_map_new()))
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_parse(_: *mut Inst, tag: u32, pay: i64) -> i64 {
    let t = crate::text::text(Val::new(tag, pay));
    let r = match parse(bytes(t)) {
        Ok(v) => Val::obj(boxed(v)),
        Err(m) => Val::text(&m),
    };
    Val::str(t).release();
    r.ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_text(j: *mut Inst) -> *mut crate::string::Str {
    let mut out = Vec::new();
    write(*slot(j, 0), &mut out);
    crate::string::make(&out)
}

pub unsafe fn member(j: *mut Inst, tag: u32, pay: i64) -> Option<Val> {
    let v = *slot(j, 0);
    match v.class() {
        class::MAP => {
            let key = crate::text::text(Val::new(tag, pay));
            let r = crate::map::get_bytes(v.ptr(), bytes(key));
            Val::str(key).release();
            r
        }
        class::ARRAY => {
            let key = crate::text::text(Val::new(tag, pay));
            let i = crate::number::parse_int(bytes(key));
            Val::str(key).release();
            crate::array::items(v.ptr()).get(i? as usize).copied()
        }
        _ => None,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_get(j: *mut Inst, tag: u32, pay: i64) -> i64 {
    member(j, tag, pay).unwrap_or(Val::NULL).retain().ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_has(j: *mut Inst, tag: u32, pay: i64) -> u32 {
    member(j, tag, pay).is_some() as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_keys(j: *mut Inst) -> *mut crate::array::Array {
    let v = *slot(j, 0);
    if v.class() == class::MAP {
        crate::map::ny_map_keys(v.ptr())
    } else {
        crate::array::ny_array_new(0)
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_set(j: *mut Inst, kt: u32, kp: i64, tag: u32, pay: i64) -> *mut crate::string::Str {
    let v = *slot(j, 0);
    if v.class() == class::MAP {
        let value = Val::new(tag, pay).retain();
        crate::map::ny_map_set(v.ptr(), kt, kp, value.tag, value.pay);
        return crate::string::make(b"ok");
    }
    crate::string::make(b"Error: JSONBox is not an object")
}
