//! The structures of this crate lie in memory as the compiler believes.

use crate::array::Array;
use crate::error::Site;
use crate::map::Map;
use crate::string::Str;
use crate::value::{Class, Inst, Obj, Val};
use core::mem::{offset_of, size_of};
use nyash_abi::layout;

/// Fails the build where a field is elsewhere.
macro_rules! at {
    ($($of:ident . $field:ident = $offset:expr;)*) => {
        $(const _: () = assert!(offset_of!($of, $field) as u64 == $offset);)*
    };
}

at! {
    Val.tag = layout::value::TAG;
    Val.pay = layout::value::PAYLOAD;
    Obj.rc = layout::object::COUNT;
    Obj.class = layout::object::CLASS;
    Obj.flags = layout::object::FLAGS;
    Inst.slots = layout::object::slot(0);
    Str.len = layout::string::LENGTH;
    Str.cps = layout::string::CHARACTERS;
    Str.cap = layout::string::CAPACITY;
    Str.hash = layout::string::HASH;
    Str.data = layout::string::DATA;
    Array.len = layout::array::LENGTH;
    Array.cap = layout::array::CAPACITY;
    Array.data = layout::array::DATA;
    Map.len = layout::array::LENGTH;
    Class.name = layout::class::NAME;
    Class.slots = layout::class::SLOTS;
    Site.function = layout::site::FUNCTION;
    Site.file = layout::site::FILE;
    Site.line_text = layout::site::LINE_TEXT;
    Site.line = layout::site::LINE;
    Site.column = layout::site::COLUMN;
    Site.subjects = layout::site::SUBJECTS;
}

#[cfg(target_arch = "wasm32")]
const _: () = {
    assert!(size_of::<Val>() as u32 == layout::value::SIZE);
    assert!(1 << layout::value::SHIFT == layout::value::SIZE);
    assert!(size_of::<Obj>() as u32 == layout::object::HEADER);
    assert!(size_of::<Class>() as u32 == layout::class::SIZE);
    assert!(size_of::<Site>() as u32 == layout::site::SIZE);
};
