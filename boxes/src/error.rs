//! Errors: the pending one, the trace of an uncaught one, and the runtime's own messages.

use crate::io::{err, ny_exit, ny_flush};
use crate::string::{bytes, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

/// The error that is being unwound; absent when there is none.
#[no_mangle]
pub static mut ny_pending: Val = Val { tag: 0, pad: 0, pay: 0 };

/// Where a call stands in the source; the compiler lays these out.
#[repr(C)]
pub struct Site {
    pub function: *const Str,
    pub file: *const Str,
    pub line_text: *const Str,
    pub line: u32,
    pub column: u32,
    /// What the operands that an error can be about are called in the source, a line each; null where they have no names.
    pub subjects: *const Str,
}

const FRAMES: usize = 24;
static mut TRACE: [*const Site; FRAMES] = [core::ptr::null(); FRAMES];
static mut DEPTH: usize = 0;

/// Slots of an ErrorBox.
const MESSAGE: usize = 0;
const PLAIN: usize = 1;

/// Kinds of runtime errors; `catch` sees the kind in the message.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Invalid,
    Type,
    /// The message is the name of a function that does not exist.
    Function,
    /// The message is the name of a variable that does not exist.
    Variable,
}

unsafe fn error_box(message: Val, plain: Val) -> Val {
    let e = make(class::ERROR);
    *slot(e, MESSAGE) = message;
    *slot(e, PLAIN) = plain;
    Val::obj(e)
}

/// Raises a runtime error.
pub unsafe fn raise(kind: Kind, message: &[u8]) {
    let (head, tail, plain): (&[u8], &[u8], &[u8]) = match kind {
        Kind::Invalid => (b"InvalidOperation { message: \"", b"\" }", b""),
        Kind::Type => (b"TypeError { message: \"", b"\" }", b""),
        Kind::Function => (b"UndefinedFunction { name: \"", b"\" }", b"Undefined function '"),
        // The place was never filled in by the first implementation, and programs print what it wrote.
        Kind::Variable => (
            b"UndefinedVariableAt { name: \"",
            b"\", span: Span { start: 0, end: 0, line: 1, column: 1 } }",
            b"Undefined variable '",
        ),
    };
    let mut full = Vec::new();
    full.extend_from_slice(head);
    for &b in message {
        if b == b'"' || b == b'\\' {
            full.push(b'\\');
        }
        full.push(b);
    }
    full.extend_from_slice(tail);
    let mut short = plain.to_vec();
    short.extend_from_slice(message);
    if !plain.is_empty() {
        short.push(b'\'');
    }
    raise_val(error_box(Val::text(&full), Val::text(&short)));
}

/// The operands that the error in flight is about, in words; `report` pairs them with the names at its place.
static mut OPERANDS: [Val; 2] = [Val { tag: 0, pad: 0, pay: 0 }; 2];

/// Notes what an error that has been raised is about.
pub unsafe fn about(values: &[Val]) {
    for (n, v) in values.iter().enumerate() {
        OPERANDS[n] = Val::text(&described(*v));
    }
}

/// `null`, `5`, `"abc"`, `a Point`.
unsafe fn described(v: Val) -> Vec<u8> {
    const LONGEST: usize = 40;
    let mut out = Vec::new();
    match v.tag {
        OBJ => {
            let name = crate::text::class_name(v.class());
            let vowel = matches!(name.first(), Some(b'A' | b'E' | b'I' | b'O'));
            out.extend_from_slice(if vowel { b"an " } else { b"a " });
            out.extend_from_slice(name);
        }
        STR => {
            let text = bytes(v.ptr());
            let mut end = text.len().min(LONGEST);
            while end < text.len() && text[end] & 0xc0 == 0x80 {
                end -= 1;
            }
            out.push(b'"');
            out.extend_from_slice(&text[..end]);
            out.extend_from_slice(if end < text.len() { b"..\"" } else { b"\"" });
        }
        NULL => out.extend_from_slice(b"null"),
        _ => crate::text::append(v, &mut out),
    }
    out
}

unsafe fn raise_val(v: Val) {
    DEPTH = 0;
    #[expect(clippy::needless_range_loop, reason = "an iterator would borrow the static")]
    for n in 0..2 {
        OPERANDS[n].release();
        OPERANDS[n] = Val { tag: 0, pad: 0, pay: 0 };
    }
    ny_pending.release();
    ny_pending = v;
}

/// Raises a runtime error whose text the compiler made.
#[no_mangle]
pub unsafe extern "C" fn ny_raise(kind: u32, message: *mut Str) {
    let kind = match kind {
        nyash_abi::value::error::TYPE => Kind::Type,
        nyash_abi::value::error::FUNCTION => Kind::Function,
        nyash_abi::value::error::VARIABLE => Kind::Variable,
        _ => Kind::Invalid,
    };
    raise(kind, bytes(message));
}

/// `throw v`: an instance or an error is thrown as it is, anything else as an ErrorBox of its text.
#[no_mangle]
pub unsafe extern "C" fn ny_throw(tag: u32, pay: i64) {
    let v = Val::new(tag, pay);
    let c = v.class();
    if c == class::ERROR || c >= FIRST_USER {
        raise_val(v.retain());
    } else {
        let s = Val::str(crate::text::text(v));
        raise_val(error_box(s, s.retain()));
    }
}

/// `new ErrorBox(message)`.
#[no_mangle]
pub unsafe extern "C" fn ny_error_new(tag: u32, pay: i64) -> *mut Inst {
    let s = Val::str(crate::text::text(Val::new(tag, pay)));
    error_box(s, s.retain()).ptr()
}

/// `assert(condition)`.
#[no_mangle]
pub unsafe extern "C" fn ny_assert(holds: u32) {
    if holds == 0 {
        raise(Kind::Invalid, b"assertion failed");
    }
}

/// `assert(condition, message)`.
#[no_mangle]
pub unsafe extern "C" fn ny_assert_message(holds: u32, tag: u32, pay: i64) {
    if holds == 0 {
        let mut m = b"assertion failed: ".to_vec();
        crate::text::append(Val::new(tag, pay), &mut m);
        raise(Kind::Invalid, &m);
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_error_message(e: *mut Inst) -> *mut Str {
    (*slot(e, PLAIN)).retain().ptr()
}

/// Takes the pending error; the program goes on.
#[no_mangle]
pub unsafe extern "C" fn ny_caught() -> i64 {
    let v = ny_pending;
    ny_pending = Val { tag: 0, pad: 0, pay: 0 };
    v.ret()
}

/// Puts an owned error back in flight, keeping the trace that has been collected.
#[no_mangle]
pub unsafe extern "C" fn ny_rethrow(tag: u32, pay: i64) {
    ny_pending = Val::new(tag, pay);
}

/// A function is left because of an error.
#[no_mangle]
pub unsafe extern "C" fn ny_frame(site: *const Site) {
    if DEPTH < FRAMES {
        TRACE[DEPTH] = site;
    }
    DEPTH += 1;
}

fn number(n: u32, out: &mut Vec<u8>) {
    let mut b = [0; 20];
    out.extend_from_slice(crate::number::decimal(n as i64, &mut b));
}

pub unsafe fn place(s: &Site, out: &mut Vec<u8>) {
    out.extend_from_slice(bytes(s.file));
    out.push(b':');
    number(s.line, out);
    out.push(b':');
    number(s.column, out);
}

/// Columns a character takes on a terminal: two for East Asian wide characters and emoji.
fn width(c: char) -> u32 {
    match c as u32 {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// A line about each operand that has a name. The place has as many names as the operation has operands; an error from
/// inside of what was called there is about other ones.
unsafe fn notes(s: &Site, pad: usize, out: &mut Vec<u8>) {
    let operands: [Val; 2] = OPERANDS;
    let known = operands.iter().filter(|v| v.tag == STR).count();
    if s.subjects.is_null() || bytes(s.subjects).split(|b| *b == b'\n').count() != known {
        return;
    }
    for (name, v) in bytes(s.subjects).split(|b| *b == b'\n').zip(operands) {
        if !name.is_empty() {
            out.resize(out.len() + pad, b' ');
            out.extend_from_slice(b" = note: `");
            out.extend_from_slice(name);
            out.extend_from_slice(b"` is ");
            out.extend_from_slice(bytes(v.ptr()));
            out.push(b'\n');
        }
    }
}

unsafe fn report(message: &[u8]) {
    let mut out = b"error: ".to_vec();
    out.extend_from_slice(message);
    out.push(b'\n');
    if DEPTH > 0 {
        let s = &*TRACE[0];
        out.extend_from_slice(b"  --> ");
        place(s, &mut out);
        let mut gutter = Vec::new();
        number(s.line, &mut gutter);
        let pad = gutter.len();
        let space = |out: &mut Vec<u8>| out.resize(out.len() + pad, b' ');
        out.push(b'\n');
        space(&mut out);
        out.extend_from_slice(b" |\n");
        out.extend_from_slice(&gutter);
        out.extend_from_slice(b" | ");
        out.extend_from_slice(bytes(s.line_text));
        out.push(b'\n');
        space(&mut out);
        out.extend_from_slice(b" | ");
        for c in core::str::from_utf8_unchecked(bytes(s.line_text))
            .chars()
            .take(s.column as usize - 1)
        {
            if c == '\t' {
                out.push(b'\t');
            } else {
                out.resize(out.len() + width(c) as usize, b' ');
            }
        }
        out.extend_from_slice(b"^\n");
        notes(s, pad, &mut out);
        for &site in TRACE.iter().take(DEPTH) {
            let s = &*site;
            out.extend_from_slice(b"  at ");
            out.extend_from_slice(bytes(s.function));
            out.extend_from_slice(b" (");
            place(s, &mut out);
            out.extend_from_slice(b")\n");
        }
        if DEPTH > FRAMES {
            out.extend_from_slice(b"  ... ");
            number((DEPTH - FRAMES) as u32, &mut out);
            out.extend_from_slice(b" more\n");
        }
    }
    err(&out);
}

/// The program is over with an uncaught error.
#[no_mangle]
pub unsafe extern "C" fn ny_uncaught() -> ! {
    let v = ny_pending;
    if v.class() == class::ERROR {
        report(bytes((*slot(v.ptr(), PLAIN)).ptr()));
    } else {
        let t = crate::text::text(v);
        let mut m = b"uncaught ".to_vec();
        m.extend_from_slice(bytes(t));
        report(&m);
    }
    ny_exit(1)
}

/// The stack is used up. There is no room to unwind, so this ends the program.
#[no_mangle]
pub unsafe extern "C" fn ny_stack_overflow(site: *const Site) -> ! {
    DEPTH = 0;
    ny_frame(site);
    let mut m = b"stack overflow: recursion too deep in `".to_vec();
    m.extend_from_slice(bytes((*site).function));
    m.push(b'`');
    report(&m);
    ny_exit(1)
}

/// `panic(message)` cannot be caught.
#[no_mangle]
pub unsafe extern "C" fn ny_panic(tag: u32, pay: i64, site: *const Site) -> ! {
    DEPTH = 0;
    ny_frame(site);
    let mut m = b"panic: ".to_vec();
    crate::text::append(Val::new(tag, pay), &mut m);
    report(&m);
    ny_exit(1)
}

/// Ends the program by a trap, whose call stack names the place: no site is known here, and nothing can be allocated.
#[inline(never)]
pub unsafe fn out_of_memory() -> ! {
    ny_flush();
    err(b"error: out of memory\n");
    // The profile makes a trap of it.
    panic!("out of memory")
}
