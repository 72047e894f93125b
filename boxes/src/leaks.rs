//! `--leak-report`: what is still alive when the program has ended, and where it was made.
//!
//! The compiler calls `ny_made` behind every expression that makes an object, and its linker takes `ny_free_tracked` for
//! `ny_free`. Programs without the option have neither.

use crate::error::Site;
use crate::value::*;
use rust_alloc::collections::BTreeMap;
use rust_alloc::vec::Vec;

extern "C" {
    static __heap_base: u8;
}

/// Most places that a report names.
const MOST: usize = 40;

/// The living objects whose place is known: address, place.
static mut MADE: BTreeMap<u32, *const Site> = BTreeMap::new();

/// An expression at `site` has given `o`. The first place counts: later ones only read it from somewhere.
#[no_mangle]
pub unsafe extern "C" fn ny_made(o: *mut Obj, site: *const Site) {
    // Static boxes lie before the heap and are never freed.
    if o as u32 >= &__heap_base as *const u8 as u32 && (*o).class != class::WEAK {
        MADE.entry(o as u32).or_insert(site);
    }
}

/// The same of a value that need not be an object.
#[no_mangle]
pub unsafe extern "C" fn ny_made_val(tag: u32, pay: i64, site: *const Site) {
    if tag == OBJ {
        ny_made(pay as u32 as *mut Obj, site);
    }
}

/// Stands in for [`ny_free`].
#[no_mangle]
pub unsafe extern "C" fn ny_free_tracked(o: *mut Obj) {
    free_all(o, |o| {
        MADE.remove(&(o as u32));
    });
}

/// Gives up what `count` fields of a static box, or global variables, hold: it is reachable to the end, and no leak.
#[no_mangle]
pub unsafe extern "C" fn ny_let_go(first: *mut Val, count: u32) {
    for n in 0..count as usize {
        let old = *first.add(n);
        *first.add(n) = Val { tag: 0, pad: 0, pay: 0 };
        old.release();
    }
}

/// Prints the report to standard error.
#[no_mangle]
pub unsafe extern "C" fn ny_leak_report() {
    crate::weak::let_go();
    let mut places: BTreeMap<(*const Site, u16), u32> = BTreeMap::new();
    let mut all = 0;
    for (&o, &site) in &MADE {
        let class = (*(o as *const Obj)).class;
        if class == class::STR || class == class::CELL {
            continue;
        }
        *places.entry((site, class)).or_insert(0) += 1;
        all += 1;
    }
    let mut out = b"leak report: ".to_vec();
    if all == 0 {
        out.extend_from_slice(b"nothing is left\n");
        crate::io::err(&out);
        return;
    }
    number(all, &mut out);
    out.extend_from_slice(if all == 1 { b" object is" } else { b" objects are" });
    out.extend_from_slice(b" still alive at the end\n");
    let mut places: Vec<((*const Site, u16), u32)> = places.into_iter().collect();
    // Places that are as frequent stay in the order of the program's data.
    places.sort_by_key(|place| core::cmp::Reverse(place.1));
    for &((site, class), count) in places.iter().take(MOST) {
        out.extend_from_slice(b"  ");
        number(count, &mut out);
        out.extend_from_slice(b" x ");
        out.extend_from_slice(crate::text::class_name(class));
        out.extend_from_slice(b", made in ");
        out.extend_from_slice(crate::string::bytes((*site).function));
        out.extend_from_slice(b" (");
        crate::error::place(&*site, &mut out);
        out.extend_from_slice(b")\n");
    }
    if places.len() > MOST {
        out.extend_from_slice(b"  .. and more at ");
        number((places.len() - MOST) as u32, &mut out);
        out.extend_from_slice(b" other places\n");
    }
    out.extend_from_slice(
        b"Objects that lead back to themselves are never freed, nor is what they hold. Make the way back `weak`,\n\
          or set one of the references to null when it has served.\n",
    );
    crate::io::err(&out);
}

fn number(n: u32, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    out.extend_from_slice(crate::number::decimal(n as i64, &mut digits));
}
