//! ArrayBox: what goes over all elements or touches an end.

use crate::array::{self, items, push, Array};
use crate::error::{raise, Kind};
use crate::number::{as_f64, equal};
use crate::value::*;

unsafe fn nth(a: *mut Array, i: Option<u32>) -> i64 {
    match i {
        Some(i) if i < (*a).len => (*(*a).data.add(i as usize)).retain().ret(),
        _ => Val::NULL.ret(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_first(a: *mut Array) -> i64 {
    nth(a, Some(0))
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_last(a: *mut Array) -> i64 {
    nth(a, (*a).len.checked_sub(1))
}

/// The element at an index; an error when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_array_element_at(a: *mut Array, i: i64) -> i64 {
    if i < 0 || i >= (*a).len as i64 {
        raise(Kind::Invalid, b"Array index out of bounds");
        return Val::NULL.ret();
    }
    (*(*a).data.add(i as usize)).retain().ret()
}

/// Puts an owned value before the first element.
#[no_mangle]
pub unsafe extern "C" fn ny_array_unshift(a: *mut Array, tag: u32, pay: i64) {
    array::ny_array_insert(a, 0, tag, pay);
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_copy(a: *mut Array) -> *mut Array {
    array::ny_array_tail(a, 0)
}

/// Every element becomes a value.
#[no_mangle]
pub unsafe extern "C" fn ny_array_fill(a: *mut Array, tag: u32, pay: i64) {
    let v = Val::new(tag, pay);
    for i in 0..(*a).len {
        let p = (*a).data.add(i as usize);
        let old = *p;
        *p = v.retain();
        old.release();
    }
}

/// Adds the elements of another array, which may be the same.
#[no_mangle]
pub unsafe extern "C" fn ny_array_extend(a: *mut Array, b: *mut Array) {
    if b.is_null() {
        return;
    }
    for i in 0..(*b).len {
        push(a, (*(*b).data.add(i as usize)).retain());
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_last_index_of(a: *mut Array, tag: u32, pay: i64) -> i64 {
    let v = Val::new(tag, pay);
    items(a).iter().rposition(|x| equal(*x, v)).map_or(-1, |i| i as i64)
}

fn numeric(v: &Val) -> bool {
    v.tag == INT || v.tag == FLOAT
}

unsafe fn not_numbers(name: &[u8], v: &Val) {
    let type_name = crate::text::type_name(*v);
    raise(Kind::Type, &[name, b"() expects numbers, got ", type_name].concat());
}

/// The sum of numbers: an integer when all are, 0 of none.
#[no_mangle]
pub unsafe extern "C" fn ny_array_sum(a: *mut Array) -> i64 {
    let list = items(a);
    if let Some(other) = list.iter().find(|v| !numeric(v)) {
        not_numbers(b"sum", other);
        return Val::int(0).ret();
    }
    if list.iter().all(|v| v.tag == INT) {
        return Val::int(list.iter().fold(0, |sum: i64, v| sum.wrapping_add(v.pay))).ret();
    }
    Val::float(list.iter().map(|v| as_f64(*v)).sum()).ret()
}

/// The smallest (`which` -1) or largest (1) of numbers or of texts; null of none.
#[no_mangle]
pub unsafe extern "C" fn ny_array_extreme(which: i32, a: *mut Array) -> i64 {
    let list = items(a);
    let Some(mut best) = list.first().copied() else {
        return Val::NULL.ret();
    };
    for v in list {
        let less = match (v.tag, best.tag) {
            (INT, INT) => v.pay < best.pay,
            (INT | FLOAT, INT | FLOAT) => as_f64(*v) < as_f64(best),
            (STR, STR) => crate::string::bytes(v.ptr()) < crate::string::bytes(best.ptr()),
            _ => {
                let name: &[u8] = if which < 0 { b"min" } else { b"max" };
                let odd = if numeric(v) || v.tag == STR { &best } else { v };
                not_numbers(name, odd);
                return Val::NULL.ret();
            }
        };
        let same = !less && equal(*v, best);
        if !same && less == (which < 0) {
            best = *v;
        }
    }
    best.retain().ret()
}

/// The element at an index, from the end where it is negative; null when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_array_from_end(a: *mut Array, i: i64) -> i64 {
    let i = if i < 0 { i + i64::from((*a).len) } else { i };
    nth(a, u32::try_from(i).ok())
}

/// How many elements equal a value.
#[no_mangle]
pub unsafe extern "C" fn ny_array_count_of(a: *mut Array, tag: u32, pay: i64) -> i64 {
    let v = Val::new(tag, pay);
    items(a).iter().filter(|x| equal(**x, v)).count() as i64
}

/// `join` with commas.
#[no_mangle]
pub unsafe extern "C" fn ny_array_join_commas(a: *mut Array) -> *mut crate::string::Str {
    let comma = Val::text(b",");
    let r = array::ny_array_join(a, comma.ptr());
    comma.release();
    r
}
