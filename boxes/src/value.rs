//! Values, object headers and reference counts.

use crate::alloc::{free, obj_size};

pub use nyash_abi::class::{self, FIRST_USER};
pub use nyash_abi::layout::class::VARIANT;
pub use nyash_abi::value::edition::SECOND;
pub use nyash_abi::value::flag::*;
pub use nyash_abi::value::tag::*;
pub use nyash_abi::value::IMMORTAL;

/// A value in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Val {
    pub tag: u32,
    pub pad: u32,
    pub pay: i64,
}

/// The header of every heap object.
#[repr(C)]
pub struct Obj {
    pub rc: u32,
    pub class: u16,
    pub flags: u16,
}

/// An instance, or any builtin that is made of value slots only.
#[repr(C)]
pub struct Inst {
    pub h: Obj,
    pub slots: [Val; 0],
}

/// What the compiler tells the runtime about a class.
#[repr(C)]
pub struct Class {
    pub name: *mut crate::string::Str,
    pub slots: u32,
}

/// Tag of the value most recently returned by a function.
#[no_mangle]
pub static mut ny_tag: u32 = 0;
#[no_mangle]
pub static mut ny_classes: *const Class = core::ptr::null();
/// 1 when null and void are one value that prints as `null` (edition 2026).
#[no_mangle]
pub static mut ny_edition: u32 = 0;

impl Val {
    pub const NULL: Val = Val {
        tag: NULL,
        pad: 0,
        pay: 0,
    };

    pub fn new(tag: u32, pay: i64) -> Val {
        Val { tag, pad: 0, pay }
    }
    pub fn int(i: i64) -> Val {
        Val::new(INT, i)
    }
    pub fn float(f: f64) -> Val {
        Val::new(FLOAT, f.to_bits() as i64)
    }
    pub fn bool(b: bool) -> Val {
        Val::new(BOOL, b as i64)
    }
    pub fn str(p: *mut crate::string::Str) -> Val {
        Val::new(STR, p as u32 as i64)
    }
    pub fn obj<T>(p: *mut T) -> Val {
        Val::new(OBJ, p as u32 as i64)
    }
    pub unsafe fn text(s: &[u8]) -> Val {
        Val::str(crate::string::make(s))
    }
    pub unsafe fn void() -> Val {
        Val::new(if ny_edition == SECOND { NULL } else { VOID }, 0)
    }
    pub fn ptr<T>(self) -> *mut T {
        self.pay as u32 as *mut T
    }
    pub fn f64(self) -> f64 {
        f64::from_bits(self.pay as u64)
    }
    pub fn is_heap(self) -> bool {
        self.tag >= STR
    }
    pub fn is_nothing(self) -> bool {
        self.tag <= NULL
    }
    /// The class of the object, 0 for everything that is not an object.
    pub unsafe fn class(self) -> u16 {
        if self.tag >= STR {
            (*self.ptr::<Obj>()).class
        } else {
            0
        }
    }
    pub unsafe fn retain(self) -> Val {
        if self.is_heap() {
            (*self.ptr::<Obj>()).rc += 1;
        }
        self
    }
    pub unsafe fn release(self) {
        if self.is_heap() {
            ny_release(self.ptr());
        }
    }
    /// Leaves the tag where the caller looks for it and returns the payload.
    pub unsafe fn ret(self) -> i64 {
        ny_tag = self.tag;
        self.pay
    }
}

/// Gives up one reference.
#[no_mangle]
pub unsafe extern "C" fn ny_release(o: *mut Obj) {
    let rc = (*o).rc - 1;
    (*o).rc = rc;
    if rc == 0 {
        ny_free(o);
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_release_val(tag: u32, pay: i64) {
    Val::new(tag, pay).release();
}

/// Frees an object whose count reached zero, and what only it held.
// Never a part of its callers: `leaks.rs` has another one, which the linker puts in its place.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn ny_free(o: *mut Obj) {
    free_all(o, |_| ());
}

/// Frees an object and what only it held, and tells of each. Iterative: a list of a million nodes must not need a million
/// stack frames. The list of objects still to free is threaded through their reference counts.
#[inline(always)]
pub unsafe fn free_all(o: *mut Obj, gone: impl Fn(*mut Obj)) {
    let mut todo = o;
    (*o).rc = 0;
    while !todo.is_null() {
        let o = todo;
        todo = (*o).rc as *mut Obj;
        if (*o).flags & HAS_WEAK != 0 {
            if ny_edition != SECOND && (*o).flags & FINALISED == 0 && crate::weak::keep(o) {
                continue;
            }
            crate::weak::forget(o);
        }
        gone(o);
        let class = (*o).class;
        if class == class::STR {
            let s = o as *mut crate::string::Str;
            free(o as *mut u8, crate::string::size_for((*s).cap));
            continue;
        }
        let (first, count) = match class {
            class::ARRAY => {
                let a = o as *mut crate::array::Array;
                ((*a).data, (*a).len)
            }
            class::MAP => crate::map::drop_keys(o as *mut crate::map::Map),
            class::WEAK => {
                crate::weak::drop_ref(o as *mut crate::weak::WeakRef);
                (core::ptr::null_mut(), 0)
            }
            _ => ((*(o as *mut Inst)).slots.as_mut_ptr(), slot_count(class)),
        };
        for i in 0..count {
            let v = *first.add(i as usize);
            if v.is_heap() {
                let c = v.ptr::<Obj>();
                (*c).rc -= 1;
                if (*c).rc == 0 {
                    (*c).rc = todo as u32;
                    todo = c;
                }
            }
        }
        match class {
            class::ARRAY => crate::array::drop_data(o as *mut crate::array::Array),
            class::MAP => crate::map::drop_data(o as *mut crate::map::Map),
            _ => {}
        }
        free(o as *mut u8, obj_size(o));
    }
}

/// Whether a class of the program is a variant of an enum.
pub unsafe fn is_variant(class: u16) -> bool {
    (*ny_classes.add((class - FIRST_USER) as usize)).slots & VARIANT != 0
}

/// Number of value slots of an object that consists of slots.
pub unsafe fn slot_count(class: u16) -> u32 {
    if class >= FIRST_USER {
        (*ny_classes.add((class - FIRST_USER) as usize)).slots & !VARIANT
    } else {
        builtin_slots(class)
    }
}

const fn builtin_slots(class: u16) -> u32 {
    macro_rules! slots {
        ($($number:literal $constant:ident $name:literal [$($alias:literal),*] $slots:literal $visible:ident $doc:literal;)*) => {
            match class {
                $($number => $slots,)*
                _ => 0,
            }
        };
    }
    nyash_abi::builtin_classes!(slots)
}

/// Makes an object of `slots` absent values.
#[no_mangle]
pub unsafe extern "C" fn ny_new(class: u32, slots: u32) -> *mut Inst {
    let size = 8 + 16 * slots;
    let p = crate::alloc::alloc(size) as *mut Inst;
    core::ptr::write_bytes(p as *mut u8, 0, size as usize);
    (*p).h.rc = 1;
    (*p).h.class = class as u16;
    p
}

pub unsafe fn make(class: u16) -> *mut Inst {
    ny_new(class as u32, slot_count(class))
}

pub unsafe fn slot(o: *mut Inst, i: usize) -> *mut Val {
    (*o).slots.as_mut_ptr().add(i)
}

/// Stores an owned value into a slot and releases what was there.
pub unsafe fn set_slot(o: *mut Inst, i: usize, v: Val) {
    let p = slot(o, i);
    let old = *p;
    *p = v;
    old.release();
}
