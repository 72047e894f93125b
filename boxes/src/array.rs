//! ArrayBox: a growable sequence of values.

use crate::alloc::{alloc, free, usable};
use crate::string::{bytes, Str};
use crate::value::*;

#[repr(C)]
pub struct Array {
    pub h: Obj,
    pub len: u32,
    pub cap: u32,
    pub data: *mut Val,
    /// Set while the text of the array is being made, so that an array inside itself ends.
    pub busy: u32,
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_new(cap: u32) -> *mut Array {
    let a = alloc(core::mem::size_of::<Array>() as u32) as *mut Array;
    (*a).h = Obj {
        rc: 1,
        class: class::ARRAY,
        flags: 0,
    };
    (*a).len = 0;
    (*a).cap = 0;
    (*a).data = core::ptr::null_mut();
    (*a).busy = 0;
    if cap > 0 {
        grow(a, cap);
    }
    a
}

pub unsafe fn drop_data(a: *mut Array) {
    if (*a).cap > 0 {
        free((*a).data as *mut u8, (*a).cap * 16);
    }
}

#[inline(never)]
unsafe fn grow(a: *mut Array, want: u32) {
    if want > 0x0600_0000 {
        crate::error::out_of_memory();
    }
    let cap = usable(want.max((*a).cap * 2).max(4) * 16) / 16;
    let data = alloc(cap * 16) as *mut Val;
    core::ptr::copy_nonoverlapping((*a).data, data, (*a).len as usize);
    drop_data(a);
    (*a).data = data;
    (*a).cap = cap;
}

/// Appends an owned value.
pub unsafe fn push(a: *mut Array, v: Val) {
    let n = (*a).len;
    if n == (*a).cap {
        grow(a, n + 1);
    }
    *(*a).data.add(n as usize) = v;
    (*a).len = n + 1;
}

/// Appends a value whose reference the caller hands over.
#[no_mangle]
pub unsafe extern "C" fn ny_array_push(a: *mut Array, tag: u32, pay: i64) {
    push(a, Val::new(tag, pay));
}

pub unsafe fn items<'a>(a: *const Array) -> &'a [Val] {
    if (*a).len == 0 {
        return &[];
    }
    core::slice::from_raw_parts((*a).data, (*a).len as usize)
}

pub unsafe fn items_mut<'a>(a: *mut Array) -> &'a mut [Val] {
    if (*a).len == 0 {
        return &mut [];
    }
    core::slice::from_raw_parts_mut((*a).data, (*a).len as usize)
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_get(a: *mut Array, i: i64) -> i64 {
    if i < 0 || i >= (*a).len as i64 {
        return Val::NULL.ret();
    }
    (*(*a).data.add(i as usize)).retain().ret()
}

/// Stores an owned value; the index equal to the length appends in the 2026 edition. The answer says whether it fitted.
#[no_mangle]
pub unsafe extern "C" fn ny_array_set(a: *mut Array, i: i64, tag: u32, pay: i64) -> u32 {
    let v = Val::new(tag, pay);
    let n = (*a).len as i64;
    if i == n && ny_edition == SECOND {
        push(a, v);
        return 1;
    }
    if i < 0 || i >= n {
        v.release();
        return 0;
    }
    let p = (*a).data.add(i as usize);
    let old = *p;
    *p = v;
    old.release();
    1
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_pop(a: *mut Array) -> i64 {
    if (*a).len == 0 {
        return Val::NULL.ret();
    }
    (*a).len -= 1;
    (*(*a).data.add((*a).len as usize)).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_remove(a: *mut Array, i: i64) -> i64 {
    let n = (*a).len;
    if i < 0 || i >= n as i64 {
        return Val::NULL.ret();
    }
    let p = (*a).data.add(i as usize);
    let v = *p;
    core::ptr::copy(p.add(1), p, n as usize - i as usize - 1);
    (*a).len = n - 1;
    v.ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_insert(a: *mut Array, i: i64, tag: u32, pay: i64) -> u32 {
    let n = (*a).len;
    let v = Val::new(tag, pay);
    if i < 0 || i > n as i64 {
        v.release();
        return 0;
    }
    push(a, v);
    let p = (*a).data.add(i as usize);
    core::ptr::copy(p, p.add(1), n as usize - i as usize);
    *p = v;
    1
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_index_of(a: *mut Array, tag: u32, pay: i64) -> i64 {
    let v = Val::new(tag, pay);
    for (i, x) in items(a).iter().enumerate() {
        if crate::number::equal(*x, v) {
            return i as i64;
        }
    }
    -1
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_contains(a: *mut Array, tag: u32, pay: i64) -> u32 {
    (ny_array_index_of(a, tag, pay) >= 0) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_clear(a: *mut Array) {
    let n = (*a).len;
    (*a).len = 0;
    for i in 0..n {
        (*(*a).data.add(i as usize)).release();
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_reverse(a: *mut Array) {
    items_mut(a).reverse();
}

/// Numbers numerically, everything else by its text; equal elements keep their order.
#[no_mangle]
pub unsafe extern "C" fn ny_array_sort(a: *mut Array) {
    let v = items_mut(a);
    v.sort_by(|x, y| {
        use core::cmp::Ordering::Equal;
        match (x.tag, y.tag) {
            (INT, INT) => x.pay.cmp(&y.pay),
            (STR, STR) => bytes(x.ptr()).cmp(bytes(y.ptr())),
            (INT | FLOAT, INT | FLOAT) => crate::number::as_f64(*x)
                .partial_cmp(&crate::number::as_f64(*y))
                .unwrap_or(Equal),
            _ => {
                let (s, t) = (crate::text::text(*x), crate::text::text(*y));
                let o = bytes(s).cmp(bytes(t));
                Val::str(s).release();
                Val::str(t).release();
                o
            }
        }
    });
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_slice(a: *mut Array, from: i64, to: i64) -> *mut Array {
    let n = (*a).len as i64;
    let from = from.clamp(0, n);
    let to = if to < 0 { n } else { to.min(n) };
    let r = ny_array_new(0);
    for i in from..to {
        push(r, (*(*a).data.add(i as usize)).retain());
    }
    r
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_tail(a: *mut Array, from: i64) -> *mut Array {
    ny_array_slice(a, from, (*a).len as i64)
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_concat(a: *mut Array, b: *mut Array) -> *mut Array {
    let r = ny_array_new((*a).len + (*b).len);
    for v in items(a).iter().chain(items(b)) {
        push(r, v.retain());
    }
    r
}

#[no_mangle]
pub unsafe extern "C" fn ny_array_join(a: *mut Array, sep: *mut Str) -> *mut Str {
    let mut out = rust_alloc::vec::Vec::new();
    for (i, v) in items(a).iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(bytes(sep));
        }
        crate::text::append(*v, &mut out);
    }
    crate::string::make(&out)
}
