//! MapBox: text keys in an open-addressing table over a dense list of entries.

use crate::alloc::{alloc, free};
use crate::array::{self, Array};
use crate::string::{bytes, make, Str};
use crate::value::*;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Entry {
    pub value: Val,
    pub key: *mut Str,
    pub hash: u32,
    pub pad: u64,
}

#[repr(C)]
pub struct Map {
    pub h: Obj,
    pub len: u32,
    /// Entries in use including removed ones, whose key is null.
    pub used: u32,
    pub cap: u32,
    pub entries: *mut Entry,
    /// Power of two; each slot holds an entry number plus one.
    pub mask: u32,
    pub table: *mut u32,
    /// Key of the hash; 0 is the quick hash without one.
    pub seed: u64,
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_new() -> *mut Map {
    let m = alloc(core::mem::size_of::<Map>() as u32) as *mut Map;
    core::ptr::write_bytes(m as *mut u8, 0, core::mem::size_of::<Map>());
    (*m).h = Obj {
        rc: 1,
        class: class::MAP,
        flags: 0,
    };
    m
}

/// Releases the keys and lines the values up as a plain list for the caller to release.
pub unsafe fn drop_keys(m: *mut Map) -> (*mut Val, u32) {
    let n = (*m).used;
    let first = (*m).entries as *mut Val;
    let mut count = 0;
    for i in 0..n {
        let e = *(*m).entries.add(i as usize);
        if !e.key.is_null() {
            Val::str(e.key).release();
            *first.add(count) = e.value;
            count += 1;
        }
    }
    (first, count as u32)
}

pub unsafe fn drop_data(m: *mut Map) {
    if (*m).cap > 0 {
        free((*m).entries as *mut u8, (*m).cap * 32);
        free((*m).table as *mut u8, ((*m).mask + 1) * 4);
    }
}

pub fn hash_bytes(b: &[u8]) -> u32 {
    let mut h = 0x9e37_79b9u32 ^ b.len() as u32;
    let mut c = b.chunks_exact(4);
    for w in &mut c {
        h = (h ^ u32::from_le_bytes([w[0], w[1], w[2], w[3]])).wrapping_mul(0x85eb_ca6b);
        h ^= h >> 15;
    }
    for &b in c.remainder() {
        h = (h ^ b as u32).wrapping_mul(0x0100_0193);
    }
    h ^= h >> 16;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^= h >> 13;
    // A string keeps 0 for a hash that nobody has needed yet.
    h.max(1)
}

/// The hash of a key in a map; `s` is the string that the text is in, if it is in one.
unsafe fn hash_in(m: *mut Map, b: &[u8], s: Option<*mut Str>) -> u32 {
    if (*m).seed != 0 {
        return crate::siphash::hash((*m).seed, b);
    }
    match s {
        Some(s) => {
            if (*s).hash == 0 {
                (*s).hash = hash_bytes(b);
            }
            (*s).hash
        }
        None => hash_bytes(b),
    }
}

unsafe fn lookup(m: *mut Map, key: &[u8], hash: u32) -> Option<*mut Entry> {
    if (*m).len == 0 {
        return None;
    }
    let mut i = hash & (*m).mask;
    loop {
        let e = *(*m).table.add(i as usize);
        if e == 0 {
            return None;
        }
        let e = (*m).entries.add(e as usize - 1);
        if (*e).hash == hash && !(*e).key.is_null() && bytes((*e).key) == key {
            return Some(e);
        }
        i = (i + 1) & (*m).mask;
    }
}

/// Where a hash can go in the table, and how many places were taken before that.
unsafe fn free_place(table: *mut u32, mask: u32, hash: u32) -> (usize, u32) {
    let (mut at, mut taken) = (hash & mask, 0);
    while *table.add(at as usize) != 0 {
        at = (at + 1) & mask;
        taken += 1;
    }
    (at as usize, taken)
}

/// Lays entries and table out again, without what was removed.
unsafe fn rebuild(m: *mut Map) {
    let cap = ((*m).len * 2).max(8);
    if cap > 0x0200_0000 {
        crate::error::out_of_memory();
    }
    let mask = (cap * 2).next_power_of_two() - 1;
    let entries = alloc(cap * 32) as *mut Entry;
    let table = alloc((mask + 1) * 4) as *mut u32;
    core::ptr::write_bytes(table, 0, mask as usize + 1);
    let mut n = 0u32;
    for i in 0..(*m).used {
        let e = *(*m).entries.add(i as usize);
        if e.key.is_null() {
            continue;
        }
        *entries.add(n as usize) = e;
        n += 1;
        *table.add(free_place(table, mask, e.hash).0) = n;
    }
    drop_data(m);
    (*m).entries = entries;
    (*m).table = table;
    (*m).cap = cap;
    (*m).mask = mask;
    (*m).used = n;
}

/// So many taken places in a row do not happen by chance in a table that is half empty at least: somebody chose keys whose
/// quick hashes collide.
const SUSPICIOUS: u32 = 128;

/// Goes over to a hash that depends on a random key, for which nobody can choose colliding keys.
#[inline(never)]
unsafe fn harden(m: *mut Map) {
    (*m).seed = crate::io::random() | 1;
    for i in 0..(*m).used {
        let e = (*m).entries.add(i as usize);
        if !(*e).key.is_null() {
            (*e).hash = crate::siphash::hash((*m).seed, bytes((*e).key));
        }
    }
    rebuild(m);
}

unsafe fn insert(m: *mut Map, key: *mut Str, hash: u32, v: Val) {
    if (*m).used == (*m).cap {
        rebuild(m);
    }
    let n = (*m).used;
    *(*m).entries.add(n as usize) = Entry {
        value: v,
        key,
        hash,
        pad: 0,
    };
    (*m).used = n + 1;
    (*m).len += 1;
    let (at, taken) = free_place((*m).table, (*m).mask, hash);
    *(*m).table.add(at) = n + 1;
    if taken > SUSPICIOUS && (*m).seed == 0 {
        harden(m);
    }
}

/// Runs `f` with the text of a key and its hash, without making a string for integers.
unsafe fn with_key<R>(m: *mut Map, tag: u32, pay: i64, f: impl FnOnce(&[u8], u32, Option<*mut Str>) -> R) -> R {
    match tag {
        STR => {
            let s = Val::new(tag, pay).ptr::<Str>();
            f(bytes(s), hash_in(m, bytes(s), Some(s)), Some(s))
        }
        INT => {
            let mut b = [0; 20];
            let d = crate::number::decimal(pay, &mut b);
            f(d, hash_in(m, d, None), None)
        }
        _ => {
            let s = crate::text::text(Val::new(tag, pay));
            let r = f(bytes(s), hash_in(m, bytes(s), Some(s)), Some(s));
            Val::str(s).release();
            r
        }
    }
}

/// Stores an owned value under a borrowed key.
#[no_mangle]
pub unsafe extern "C" fn ny_map_set(m: *mut Map, ktag: u32, kpay: i64, tag: u32, pay: i64) {
    let v = Val::new(tag, pay);
    with_key(m, ktag, kpay, |b, hash, s| match lookup(m, b, hash) {
        Some(e) => {
            let old = (*e).value;
            (*e).value = v;
            old.release();
        }
        None => {
            let key = match s {
                Some(s) => {
                    (*s).h.rc += 1;
                    s
                }
                None => make(b),
            };
            insert(m, key, hash, v);
        }
    })
}

pub unsafe fn set_bytes(m: *mut Map, key: &[u8], v: Val) {
    let k = make(key);
    ny_map_set(m, STR, k as u32 as i64, v.tag, v.pay);
    Val::str(k).release();
}

pub unsafe fn get_bytes(m: *mut Map, key: &[u8]) -> Option<Val> {
    lookup(m, key, hash_in(m, key, None)).map(|e| (*e).value)
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_get(m: *mut Map, ktag: u32, kpay: i64) -> i64 {
    match with_key(m, ktag, kpay, |b, hash, _| lookup(m, b, hash)) {
        Some(e) => (*e).value.retain().ret(),
        None => {
            let head: &[u8] = if ny_edition == SECOND {
                b"[map/missing] Key not found: "
            } else {
                b"Key not found: "
            };
            message(head, ktag, kpay).ret()
        }
    }
}

/// `getField`: the name must be a string in the second edition.
#[no_mangle]
pub unsafe extern "C" fn ny_map_get_field(m: *mut Map, ktag: u32, kpay: i64) -> i64 {
    if ktag != STR && ny_edition == SECOND {
        return Val::text(b"[map/bad-key] field name must be string").ret();
    }
    ny_map_get(m, ktag, kpay)
}

unsafe fn message(head: &[u8], ktag: u32, kpay: i64) -> Val {
    let mut out = head.to_vec();
    crate::text::append(Val::new(ktag, kpay), &mut out);
    Val::text(&out)
}

/// `Set key: k`, what `set` answers.
#[no_mangle]
pub unsafe extern "C" fn ny_map_set_text(m: *mut Map, ktag: u32, kpay: i64, tag: u32, pay: i64) -> *mut Str {
    ny_map_set(m, ktag, kpay, tag, pay);
    message(b"Set key: ", ktag, kpay).ptr()
}

/// `setField(name, value)`: in the second edition the name must be a text.
#[no_mangle]
pub unsafe extern "C" fn ny_map_set_field(m: *mut Map, ktag: u32, kpay: i64, tag: u32, pay: i64) -> *mut Str {
    if ktag != STR && ny_edition == SECOND {
        Val::new(tag, pay).release();
        return make(b"[map/bad-key] field name must be string");
    }
    ny_map_set_text(m, ktag, kpay, tag, pay)
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_has(m: *mut Map, ktag: u32, kpay: i64) -> u32 {
    with_key(m, ktag, kpay, |b, hash, _| lookup(m, b, hash)).is_some() as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_delete(m: *mut Map, ktag: u32, kpay: i64) -> *mut Str {
    let found = with_key(m, ktag, kpay, |b, hash, _| lookup(m, b, hash));
    let head: &[u8] = match found {
        Some(e) => {
            let (k, v) = ((*e).key, (*e).value);
            (*e).key = core::ptr::null_mut();
            (*m).len -= 1;
            let text = message(b"Deleted key: ", ktag, kpay).ptr();
            Val::str(k).release();
            v.release();
            return text;
        }
        None => b"Key not found: ",
    };
    message(head, ktag, kpay).ptr()
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_clear(m: *mut Map) {
    let (first, n) = drop_keys(m);
    (*m).len = 0;
    (*m).used = 0;
    let table = (*m).table;
    if (*m).cap > 0 {
        core::ptr::write_bytes(table, 0, (*m).mask as usize + 1);
    }
    for i in 0..n {
        (*first.add(i as usize)).release();
    }
}

/// The entries in key order.
pub unsafe fn sorted(m: *mut Map) -> rust_alloc::vec::Vec<Entry> {
    let mut v = rust_alloc::vec::Vec::with_capacity((*m).len as usize);
    for i in 0..(*m).used {
        let e = *(*m).entries.add(i as usize);
        if !e.key.is_null() {
            v.push(e);
        }
    }
    v.sort_by(|a, b| bytes(a.key).cmp(bytes(b.key)));
    v
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_keys(m: *mut Map) -> *mut Array {
    let a = array::ny_array_new((*m).len);
    for e in sorted(m) {
        array::push(a, Val::str(e.key).retain());
    }
    a
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_values(m: *mut Map) -> *mut Array {
    let a = array::ny_array_new((*m).len);
    for e in sorted(m) {
        array::push(a, e.value.retain());
    }
    a
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_contains_value(m: *mut Map, tag: u32, pay: i64) -> u32 {
    let v = Val::new(tag, pay);
    sorted(m).iter().any(|e| crate::number::equal(e.value, v)) as u32
}

/// The value under a key, or another where there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_map_get_or(m: *mut Map, ktag: u32, kpay: i64, tag: u32, pay: i64) -> i64 {
    match with_key(m, ktag, kpay, |b, hash, _| lookup(m, b, hash)) {
        Some(e) => (*e).value.retain().ret(),
        None => Val::new(tag, pay).retain().ret(),
    }
}

/// Arrays of key and value, in the order of the keys.
#[no_mangle]
pub unsafe extern "C" fn ny_map_entries(m: *mut Map) -> *mut Array {
    let a = array::ny_array_new((*m).len);
    for e in sorted(m) {
        let pair = array::ny_array_new(2);
        array::push(pair, Val::str(e.key).retain());
        array::push(pair, e.value.retain());
        array::push(a, Val::obj(pair));
    }
    a
}

/// Stores what another map holds, which may be the same.
#[no_mangle]
pub unsafe extern "C" fn ny_map_merge(m: *mut Map, other: *mut Map) {
    if other.is_null() || other == m {
        return;
    }
    for i in 0..(*other).used {
        let e = *(*other).entries.add(i as usize);
        if !e.key.is_null() {
            let v = e.value.retain();
            ny_map_set(m, STR, e.key as u32 as i64, v.tag, v.pay);
        }
    }
}

/// The value under a key; an error when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_map_value_at(m: *mut Map, ktag: u32, kpay: i64) -> i64 {
    match with_key(m, ktag, kpay, |b, hash, _| lookup(m, b, hash)) {
        Some(e) => (*e).value.retain().ret(),
        None => {
            let text = message(b"Key not found: ", ktag, kpay);
            crate::error::raise(crate::error::Kind::Invalid, bytes(text.ptr()));
            text.release();
            Val::NULL.ret()
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_map_json(m: *mut Map) -> *mut Str {
    let mut out = rust_alloc::vec::Vec::new();
    out.push(b'{');
    for (i, e) in sorted(m).iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        crate::json::quote(bytes(e.key), &mut out);
        out.push(b':');
        crate::json::write(e.value, &mut out);
    }
    out.push(b'}');
    make(&out)
}
