//! Boxes that hold one value: CounterBox, IntCellBox, a future and a channel of the program's own, and JsonDocBox with its
//! nodes, which were plugins of the reference implementation.

use crate::array::{self, Array};
use crate::string::{bytes, make as text_of, Str};
use crate::value::*;

unsafe fn rare(class: u16) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    make(class)
}

/// `new CounterBox()` and `new IntCellBox(value)`: slot 0 is the number.
#[no_mangle]
pub unsafe extern "C" fn ny_make_counter() -> *mut Inst {
    let c = rare(class::COUNTER);
    *slot(c, 0) = Val::int(0);
    c
}

#[no_mangle]
pub unsafe extern "C" fn ny_counter_inc(c: *mut Inst) -> i64 {
    ny_counter_add(c, 1)
}

#[no_mangle]
pub unsafe extern "C" fn ny_counter_add(c: *mut Inst, n: i64) -> i64 {
    let value = &mut *slot(c, 0);
    value.pay = value.pay.wrapping_add(n);
    value.pay
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_int_cell(n: i64) -> *mut Inst {
    let c = rare(class::INT_CELL);
    *slot(c, 0) = Val::int(n);
    c
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_int_cell_zero() -> *mut Inst {
    ny_make_int_cell(0)
}

#[no_mangle]
pub unsafe extern "C" fn ny_cell_get(c: *mut Inst) -> i64 {
    (*slot(c, 0)).pay
}

#[no_mangle]
pub unsafe extern "C" fn ny_cell_set(c: *mut Inst, n: i64) {
    (*slot(c, 0)).pay = n;
}

/// A future without a value: slot 2 says that it waits for one.
#[no_mangle]
pub unsafe extern "C" fn ny_future_pending() -> *mut Inst {
    let f = make(class::FUTURE);
    *slot(f, 0) = Val::NULL;
    *slot(f, 2) = Val::bool(true);
    f
}

#[no_mangle]
pub unsafe extern "C" fn ny_future_set(f: *mut Inst, tag: u32, pay: i64) {
    set_slot(f, 0, Val::new(tag, pay).retain());
    set_slot(f, 2, Val::NULL);
}

/// A future that is ready after a time in milliseconds, which is waited for here.
#[no_mangle]
pub unsafe extern "C" fn ny_future_delay(ms: i64) -> *mut Inst {
    crate::io::ny_flush();
    crate::io::sleep(ms.max(0) as u64);
    crate::boxes::ny_future_new(NULL, 0)
}

/// `new ChannelBox()`: slot 2 holds what has been sent and not received, slot 0 and 1 the names of the ends, slot 3 whether it
/// is closed.
#[no_mangle]
pub unsafe extern "C" fn ny_make_channel() -> *mut Inst {
    let c = rare(class::CHANNEL);
    *slot(c, 0) = Val::text(b"");
    *slot(c, 1) = Val::text(b"");
    c
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_channel_named(at: u32, ap: i64, bt: u32, bp: i64) -> *mut Inst {
    let c = rare(class::CHANNEL);
    *slot(c, 0) = Val::str(crate::text::text(Val::new(at, ap)));
    *slot(c, 1) = Val::str(crate::text::text(Val::new(bt, bp)));
    c
}

unsafe fn queue(c: *mut Inst) -> *mut Array {
    if (*slot(c, 2)).tag != OBJ {
        set_slot(c, 2, Val::obj(array::ny_array_new(0)));
    }
    (*slot(c, 2)).ptr()
}

/// Whether the channel takes it: it does until it is closed.
#[no_mangle]
pub unsafe extern "C" fn ny_channel_put(c: *mut Inst, tag: u32, pay: i64) -> u32 {
    let open = (*slot(c, 3)).tag != BOOL;
    if open {
        array::push(queue(c), Val::new(tag, pay).retain());
    }
    open as u32
}

/// The value that was sent first; null when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_channel_take(c: *mut Inst) -> i64 {
    array::ny_array_remove(queue(c), 0)
}

#[no_mangle]
pub unsafe extern "C" fn ny_channel_length(c: *mut Inst) -> i64 {
    i64::from((*queue(c)).len)
}

#[no_mangle]
pub unsafe extern "C" fn ny_channel_close(c: *mut Inst) {
    *slot(c, 3) = Val::bool(true);
}

#[no_mangle]
pub unsafe extern "C" fn ny_channel_is_closed(c: *mut Inst) -> u32 {
    ((*slot(c, 3)).tag == BOOL) as u32
}

/// `new JsonDocBox()`: slot 0 is the document, slot 1 what is wrong with it.
#[no_mangle]
pub unsafe extern "C" fn ny_make_json_doc() -> *mut Inst {
    let d = rare(class::JSON_DOC);
    *slot(d, 0) = Val::NULL;
    *slot(d, 1) = Val::NULL;
    d
}

/// Whether the text is a document.
#[no_mangle]
pub unsafe extern "C" fn ny_json_doc_parse(d: *mut Inst, s: *mut Str) -> u32 {
    let (root, error) = match crate::json::parse(bytes(s)) {
        Ok(root) => (root, Val::NULL),
        Err(message) => (Val::NULL, Val::text(&message)),
    };
    set_slot(d, 0, root);
    set_slot(d, 1, error);
    (error.tag == NULL) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_doc_error(d: *mut Inst) -> i64 {
    (*slot(d, 1)).retain().ret()
}

unsafe fn node(v: Val) -> *mut Inst {
    let n = rare(class::JSON_NODE);
    *slot(n, 0) = v.retain();
    n
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_doc_root(d: *mut Inst) -> *mut Inst {
    node(*slot(d, 0))
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_node_kind(n: *mut Inst) -> *mut Str {
    let v = *slot(n, 0);
    text_of(match v.tag {
        BOOL => b"bool",
        INT => b"int",
        FLOAT => b"real",
        STR => b"string",
        OBJ if v.class() == class::ARRAY => b"array",
        OBJ => b"object",
        _ => b"null",
    })
}

/// The member of an object or the element of an array as a node; a null node when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_json_node_get(n: *mut Inst, tag: u32, pay: i64) -> *mut Inst {
    node(crate::json::member(n, tag, pay).unwrap_or(Val::NULL))
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_node_size(n: *mut Inst) -> i64 {
    let v = *slot(n, 0);
    match v.class() {
        class::ARRAY => i64::from((*v.ptr::<Array>()).len),
        class::MAP => i64::from((*v.ptr::<crate::map::Map>()).len),
        _ => 0,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_node_str(n: *mut Inst) -> *mut Str {
    let v = *slot(n, 0);
    if v.tag == STR {
        return v.retain().ptr();
    }
    text_of(b"")
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_node_int(n: *mut Inst) -> i64 {
    match *slot(n, 0) {
        v if v.tag == INT => v.pay,
        v if v.tag == FLOAT => v.f64() as i64,
        _ => 0,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_json_node_bool(n: *mut Inst) -> u32 {
    let v = *slot(n, 0);
    (v.tag == BOOL && v.pay != 0) as u32
}

/// The size of a range: how many integers it has.
#[no_mangle]
pub unsafe extern "C" fn ny_range_length(r: *mut Inst) -> i64 {
    let (from, to, step) = range(r);
    if from >= to {
        return 0;
    }
    let n = (to as i128 - from as i128 + step as i128 - 1) / step as i128;
    n.min(i64::MAX as i128) as i64
}

unsafe fn range(r: *mut Inst) -> (i64, i64, i64) {
    ((*slot(r, 0)).pay, (*slot(r, 1)).pay, (*slot(r, 2)).pay.max(1))
}

/// The integer at an index, null when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_range_get(r: *mut Inst, index: i64) -> i64 {
    let (from, _, step) = range(r);
    if index < 0 || index >= ny_range_length(r) {
        return Val::NULL.ret();
    }
    Val::int(from.wrapping_add(step.wrapping_mul(index))).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_range_contains(r: *mut Inst, tag: u32, pay: i64) -> u32 {
    let (from, to, step) = range(r);
    (tag == INT && pay >= from && pay < to && (pay as i128 - from as i128) % step as i128 == 0) as u32
}

/// The same range in other steps.
#[no_mangle]
pub unsafe extern "C" fn ny_range_step(r: *mut Inst, step: i64) -> *mut Inst {
    let (from, to, _) = range(r);
    crate::boxes::ny_range_new(INT, from, INT, to, INT, step.max(1))
}
