//! Weak references: one control object per target, found through a list kept for the targets that have one.

use crate::value::*;
use rust_alloc::collections::BTreeMap;

#[repr(C)]
pub struct WeakRef {
    pub h: Obj,
    /// Null once the target is gone or finalised.
    pub target: *mut Obj,
    pub pad: u32,
}

static mut REFS: BTreeMap<u32, u32> = BTreeMap::new();

/// The weak reference to a value, owned; null for what is not an object.
#[no_mangle]
pub unsafe extern "C" fn ny_weak_new(tag: u32, pay: i64) -> i64 {
    let v = Val::new(tag, pay);
    if tag != OBJ {
        return Val::NULL.ret();
    }
    let o = v.ptr::<Obj>();
    if (*o).class == class::WEAK {
        return v.retain().ret();
    }
    if (*o).flags & FINALISED != 0 {
        return Val::NULL.ret();
    }
    if let Some(&w) = REFS.get(&(o as u32)) {
        return Val::obj(w as *mut WeakRef).retain().ret();
    }
    let w = crate::alloc::alloc(core::mem::size_of::<WeakRef>() as u32) as *mut WeakRef;
    (*w).h = Obj {
        rc: 1,
        class: class::WEAK,
        flags: 0,
    };
    (*w).target = o;
    (*o).flags |= HAS_WEAK;
    REFS.insert(o as u32, w as u32);
    Val::obj(w).ret()
}

/// What a weak reference leads to, owned; null when it is gone.
#[no_mangle]
pub unsafe extern "C" fn ny_weak_get(tag: u32, pay: i64) -> i64 {
    let v = Val::new(tag, pay);
    if v.class() != class::WEAK {
        return v.retain().ret();
    }
    let t = (*v.ptr::<WeakRef>()).target;
    if t.is_null() {
        return Val::NULL.ret();
    }
    Val::obj(t).retain().ret()
}

/// The target is gone: its weak reference reads null from now on.
pub unsafe fn forget(o: *mut Obj) {
    if let Some(w) = REFS.remove(&(o as u32)) {
        (*(w as *mut WeakRef)).target = core::ptr::null_mut();
    }
    (*o).flags &= !HAS_WEAK;
}

/// The weak reference itself is gone.
pub unsafe fn drop_ref(w: *mut WeakRef) {
    let t = (*w).target;
    if !t.is_null() {
        REFS.remove(&(t as u32));
        (*t).flags &= !HAS_WEAK;
    }
}

/// Marks an object finalised. The answer is 1 the first time.
#[no_mangle]
pub unsafe extern "C" fn ny_finalise(o: *mut Obj) -> u32 {
    if (*o).flags & FINALISED != 0 {
        return 0;
    }
    (*o).flags |= FINALISED;
    if (*o).flags & HAS_WEAK != 0 {
        forget(o);
    }
    1
}

const KEPT: usize = 64;
static mut WAITING: [*mut Obj; KEPT] = [core::ptr::null_mut(); KEPT];
static mut NEXT: usize = 0;

/// The first edition promises no moment for the end of an object, and its programs look at weak references right
/// after dropping the last strong one. The last few such objects stay until others take their place. The answer is
/// false when the object has had its turn.
pub unsafe fn keep(o: *mut Obj) -> bool {
    for p in WAITING {
        if p == o {
            return false;
        }
    }
    (*o).rc = 1;
    let old = WAITING[NEXT];
    WAITING[NEXT] = o;
    NEXT = (NEXT + 1) % KEPT;
    if !old.is_null() {
        forget(old);
        ny_release(old);
    }
    true
}

/// Gives up those objects.
#[cfg(feature = "more")]
pub unsafe fn let_go() {
    for _ in 0..KEPT {
        let old = WAITING[NEXT];
        WAITING[NEXT] = core::ptr::null_mut();
        NEXT = (NEXT + 1) % KEPT;
        if !old.is_null() {
            forget(old);
            ny_release(old);
        }
    }
}
