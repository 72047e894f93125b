//! The small boxes: Result, Future, Range, Method, and what the operators `[]`, `await` and `for` do with any value.

use crate::array::{self, Array};
use crate::error::{raise, Kind};
use crate::string::{bytes, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

/// A method, field or call that a value does not have: `what`, then what it was asked of.
#[no_mangle]
pub unsafe extern "C" fn ny_refuse(tag: u32, pay: i64, what: *mut Str) {
    let v = Val::new(tag, pay);
    refuse(v, what);
    crate::error::about(&[v]);
}

unsafe fn refuse(v: Val, what: *mut Str) {
    let mut m = bytes(what).to_vec();
    let c = v.class();
    if ny_edition != SECOND && c < FIRST_USER {
        return refuse_builtin(v, &m);
    }
    if m.starts_with(b"Method") {
        m.extend_from_slice(b" in ");
    } else {
        m.extend_from_slice(b" on ");
    }
    if c >= FIRST_USER {
        m.extend_from_slice(crate::text::class_name(c));
    } else {
        m.extend_from_slice(crate::text::type_name(v));
    }
    raise(Kind::Invalid, &m);
}

/// The same in the words of the first edition, which programs print in their handlers.
unsafe fn refuse_builtin(v: Val, what: &[u8]) {
    let name = crate::text::type_name(v);
    // What is between the quotes: the method or field.
    let member = what.split(|b| *b == b'\'').nth(1).unwrap_or(b"");
    let parts: [&[u8]; 4] = if what.starts_with(b"Method") {
        match v.class() {
            _ if v.tag == VOID || v.tag == ABSENT => [b"Cannot call method '", member, b"' on non-instance type", b""],
            class::ERROR | class::RANGE | class::TIMER | class::MESSAGE => {
                [b"Cannot call method '", member, b"' on non-instance type", b""]
            }
            class::MAP
            | class::MATH
            | class::RANDOM
            | class::TIME
            | class::DATETIME
            | class::DEBUG
            | class::CONSOLE
            | class::SOUND => return raise(Kind::Invalid, &[b"Unknown ", name, b" method: ", member].concat()),
            _ if v.tag == NULL => return raise(Kind::Invalid, &[b"Unknown NullBox method: ", member].concat()),
            _ => return raise(Kind::Invalid, &[b"Unknown method '", member, b"' for ", name].concat()),
        }
    } else if what.starts_with(b"Cannot set") {
        [what, b" on non-instance type", b"", b""]
    } else if what.starts_with(b"Cannot access") {
        [what, b" on non-instance type. Type: ", name, b""]
    } else {
        [what, b" on ", name, b""]
    };
    raise(Kind::Type, &parts.concat());
}

/// The status of a program in the second edition: the low 8 bits of an integer, 1 or 0 for a bool, else 0.
#[no_mangle]
pub unsafe extern "C" fn ny_exit_code(tag: u32, pay: i64) -> i64 {
    match tag {
        INT | BOOL => pay & 255,
        _ => 0,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_print_result(tag: u32, pay: i64) {
    crate::io::out(b"Result: ");
    crate::io::ny_print(tag, pay);
}

unsafe fn result(ok: bool, v: Val) -> *mut Inst {
    let r = make(class::RESULT);
    *slot(r, 0) = Val::bool(ok);
    *slot(r, 1) = v.retain();
    r
}

#[no_mangle]
pub unsafe extern "C" fn ny_ok(tag: u32, pay: i64) -> *mut Inst {
    result(true, Val::new(tag, pay))
}

#[no_mangle]
pub unsafe extern "C" fn ny_err(tag: u32, pay: i64) -> *mut Inst {
    result(false, Val::new(tag, pay))
}

#[no_mangle]
pub unsafe extern "C" fn ny_result_is_ok(r: *mut Inst) -> u32 {
    (*slot(r, 0)).pay as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_result_is_err(r: *mut Inst) -> u32 {
    1 - (*slot(r, 0)).pay as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_result_value(r: *mut Inst) -> i64 {
    if (*slot(r, 0)).pay == 0 {
        return Val::text(b"Error: Result is Err").ret();
    }
    (*slot(r, 1)).retain().ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_result_error(r: *mut Inst) -> i64 {
    if (*slot(r, 0)).pay != 0 {
        return Val::text(b"Error: Result is Ok").ret();
    }
    (*slot(r, 1)).retain().ret()
}

/// `unwrap()`: the value of `Ok`; an `Err` becomes an error.
#[no_mangle]
pub unsafe extern "C" fn ny_result_unwrap(r: *mut Inst) -> i64 {
    let value = *slot(r, 1);
    if (*slot(r, 0)).pay == 0 {
        crate::error::ny_throw(value.tag, value.pay);
        return Val::NULL.ret();
    }
    value.retain().ret()
}

/// `expect(message)`: the same with words before the error.
#[no_mangle]
pub unsafe extern "C" fn ny_result_expect(r: *mut Inst, tag: u32, pay: i64) -> i64 {
    let value = *slot(r, 1);
    if (*slot(r, 0)).pay == 0 {
        let mut m = Vec::new();
        crate::text::append(Val::new(tag, pay), &mut m);
        m.extend_from_slice(b": ");
        crate::text::append(value, &mut m);
        raise(Kind::Invalid, &m);
        return Val::NULL.ret();
    }
    value.retain().ret()
}

/// A future that holds its value already.
#[no_mangle]
pub unsafe extern "C" fn ny_future_new(tag: u32, pay: i64) -> *mut Inst {
    let f = make(class::FUTURE);
    *slot(f, 0) = Val::new(tag, pay).retain();
    f
}

/// A future whose work ended in an error; `await` raises it.
#[no_mangle]
pub unsafe extern "C" fn ny_future_failed(tag: u32, pay: i64) -> *mut Inst {
    let f = ny_future_new(tag, pay);
    *slot(f, 1) = Val::bool(true);
    f
}

#[no_mangle]
pub unsafe extern "C" fn ny_future_ready(f: *mut Inst) -> u32 {
    ((*slot(f, 2)).tag != BOOL) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_await(tag: u32, pay: i64) -> i64 {
    let v = Val::new(tag, pay);
    if v.class() != class::FUTURE {
        return v.retain().ret();
    }
    let f = v.ptr::<Inst>();
    if ny_future_ready(f) == 0 {
        // Nothing else runs while it waits.
        raise(Kind::Invalid, b"this future waits for a value that nothing sets");
        return Val::NULL.ret();
    }
    let value = *slot(f, 0);
    if (*slot(f, 1)).tag == BOOL {
        crate::error::ny_throw(value.tag, value.pay);
        return Val::NULL.ret();
    }
    value.retain().ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_future_get(tag: u32, pay: i64) -> i64 {
    ny_await(tag, pay)
}

#[no_mangle]
pub unsafe extern "C" fn ny_range_new(at: u32, ap: i64, bt: u32, bp: i64, ct: u32, cp: i64) -> *mut Inst {
    let r = make(class::RANGE);
    *slot(r, 0) = Val::new(at, ap).retain();
    *slot(r, 1) = Val::new(bt, bp).retain();
    *slot(r, 2) = Val::new(ct, cp).retain();
    r
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_console() -> *mut Inst {
    make(class::CONSOLE)
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_math() -> *mut Inst {
    make(class::MATH)
}

#[no_mangle]
pub unsafe extern "C" fn ny_method_new(ot: u32, op: i64, nt: u32, np: i64) -> *mut Inst {
    let m = make(class::METHOD);
    *slot(m, 0) = Val::new(ot, op).retain();
    *slot(m, 1) = Val::new(nt, np).retain();
    m
}

#[no_mangle]
pub unsafe extern "C" fn ny_method_object(_: u32, pay: i64) -> i64 {
    (*slot(pay as u32 as *mut Inst, 0)).retain().ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_method_name(_: u32, pay: i64) -> *mut Str {
    crate::text::text(*slot(pay as u32 as *mut Inst, 1))
}

#[no_mangle]
pub unsafe extern "C" fn ny_or_default(tag: u32, pay: i64, dt: u32, dp: i64) -> i64 {
    let v = Val::new(tag, pay);
    if v.is_nothing() { Val::new(dt, dp) } else { v }.retain().ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_clear_text(m: *mut crate::map::Map) -> *mut Str {
    crate::map::ny_map_clear(m);
    crate::string::make(b"Map cleared")
}

#[no_mangle]
pub unsafe extern "C" fn ny_to_json(tag: u32, pay: i64) -> *mut Str {
    let mut out = Vec::new();
    crate::json::write(Val::new(tag, pay), &mut out);
    crate::string::make(&out)
}

/// What a `for` goes over: an array itself, the keys of a map, the characters of a string, the numbers of a range.
#[no_mangle]
pub unsafe extern "C" fn ny_iterate(tag: u32, pay: i64) -> *mut Array {
    let v = Val::new(tag, pay);
    if tag == STR {
        let a = array::ny_array_new(0);
        for c in core::str::from_utf8_unchecked(bytes(v.ptr())).chars() {
            let mut b = [0; 4];
            array::push(a, Val::text(c.encode_utf8(&mut b).as_bytes()));
        }
        return a;
    }
    match v.class() {
        class::ARRAY => v.retain().ptr(),
        class::MAP => crate::map::ny_map_keys(v.ptr()),
        class::RANGE => {
            let r = v.ptr::<Inst>();
            let a = array::ny_array_new(0);
            let (from, to, step) = ((*slot(r, 0)).pay, (*slot(r, 1)).pay, (*slot(r, 2)).pay.max(1));
            let mut i = from;
            while i < to {
                array::push(a, Val::int(i));
                i = i.wrapping_add(step);
            }
            a
        }
        _ => {
            let mut m = b"cannot iterate over ".to_vec();
            m.extend_from_slice(crate::text::type_name(v));
            raise(Kind::Type, &m);
            array::ny_array_new(0)
        }
    }
}
