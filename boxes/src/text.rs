//! The text form of every value, and the names of the types.

use crate::array::Array;
use crate::map::Map;
use crate::string::{bytes, make, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

struct Sink<'a>(&'a mut Vec<u8>);

impl core::fmt::Write for Sink<'_> {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        self.0.extend_from_slice(s.as_bytes());
        Ok(())
    }
}

/// Shortest decimal that reads back as the same number, never with an exponent.
pub fn float(f: f64, out: &mut Vec<u8>) {
    if f == (f as i64) as f64 && f.abs() < 9e15 && !(f == 0.0 && f.is_sign_negative()) {
        return int(f as i64, out);
    }
    let _ = core::fmt::write(&mut Sink(out), format_args!("{}", f));
}

pub fn int(i: i64, out: &mut Vec<u8>) {
    let mut b = [0; 20];
    out.extend_from_slice(crate::number::decimal(i, &mut b));
}

unsafe fn id(v: Val, out: &mut Vec<u8>) {
    int(v.pay >> 4, out);
}

pub unsafe fn append(v: Val, out: &mut Vec<u8>) {
    match v.tag {
        ABSENT | VOID => out.extend_from_slice(if ny_edition == SECOND { b"null" } else { b"void" }),
        NULL => out.extend_from_slice(b"null"),
        BOOL => out.extend_from_slice(if v.pay != 0 { b"true" } else { b"false" }),
        INT => int(v.pay, out),
        FLOAT => float(v.f64(), out),
        STR => out.extend_from_slice(bytes(v.ptr())),
        _ => object(v, out),
    }
}

unsafe fn object(v: Val, out: &mut Vec<u8>) {
    let class = v.class();
    let inst = v.ptr::<Inst>();
    match class {
        class::ARRAY => {
            let a = v.ptr::<Array>();
            if (*a).busy != 0 {
                out.extend_from_slice(b"[...]");
                return;
            }
            (*a).busy = 1;
            out.push(b'[');
            for i in 0..(*a).len {
                if i > 0 {
                    out.extend_from_slice(b", ");
                }
                append(*(*a).data.add(i as usize), out);
            }
            out.push(b']');
            (*a).busy = 0;
        }
        class::MAP => {
            out.extend_from_slice(b"MapBox(size=");
            int((*v.ptr::<Map>()).len as i64, out);
            out.push(b')');
        }
        class::ERROR => {
            out.extend_from_slice(b"ErrorBox(");
            append(*slot(inst, 0), out);
            out.push(b')');
        }
        class::RESULT => {
            out.extend_from_slice(if (*slot(inst, 0)).pay != 0 {
                b"Ok(" as &[u8]
            } else {
                b"Err("
            });
            append(*slot(inst, 1), out);
            out.push(b')');
        }
        class::RANGE => {
            out.extend_from_slice(b"Range(");
            for i in 0..3 {
                if i > 0 {
                    out.extend_from_slice(b", ");
                }
                append(*slot(inst, i), out);
            }
            out.push(b')');
        }
        class::FUTURE => {
            if (*slot(inst, 2)).tag == BOOL {
                out.extend_from_slice(b"Future(pending)");
            } else {
                out.extend_from_slice(b"Future(ready: ");
                append(*slot(inst, 0), out);
                out.push(b')');
            }
        }
        class::CELL => append(*slot(inst, 0), out),
        class::WEAK => {
            let t = (*v.ptr::<crate::weak::WeakRef>()).target;
            if t.is_null() {
                out.extend_from_slice(b"null");
            } else {
                out.extend_from_slice(b"WeakRef");
            }
        }
        class::CONSOLE => out.extend_from_slice(b"[ConsoleBox - Mock Implementation]"),
        class::MATH => out.extend_from_slice(b"MathBox()"),
        class::METHOD => {
            out.extend_from_slice(b"<MethodBox: ");
            append(*slot(inst, 1), out);
            out.push(b'>');
        }
        c if c >= FIRST_USER && is_variant(c) => {
            out.extend_from_slice(class_name(c));
            for i in 0..slot_count(c) as usize {
                out.extend_from_slice(if i == 0 { b"(" } else { b", " });
                append(*slot(inst, i), out);
            }
            if slot_count(c) > 0 {
                out.push(b')');
            }
        }
        c if c >= FIRST_USER => {
            out.push(b'<');
            out.extend_from_slice(class_name(c));
            out.extend_from_slice(b" instance #");
            id(v, out);
            out.push(b'>');
        }
        c => {
            if let Some(f) = ny_text_hook {
                f(v.pay as u32, out);
            } else {
                out.extend_from_slice(class_name(c));
            }
        }
    }
}

/// The text forms of the rarer boxes. Set by the first of them that is made, so that programs without them do not
/// carry their code.
#[allow(non_upper_case_globals)]
pub static mut ny_text_hook: Option<unsafe fn(u32, &mut Vec<u8>)> = None;

/// The text forms of the boxes that few programs use.
pub unsafe fn rare(at: u32, out: &mut Vec<u8>) {
    let inst = at as *mut Inst;
    let class = (*inst).h.class;
    match class {
        class::BUFFER => {
            out.extend_from_slice(b"BufferBox(");
            int(crate::bytes::len(inst), out);
            out.extend_from_slice(b" bytes)");
        }
        class::STREAM => {
            out.extend_from_slice(b"NyashStreamBox(");
            int(crate::bytes::len(inst), out);
            out.extend_from_slice(b" bytes, pos: ");
            int((*slot(inst, 1)).pay, out);
            out.push(b')');
        }
        class::REGEX => {
            out.extend_from_slice(b"RegexBox(");
            append(*slot(inst, 0), out);
            out.push(b')');
        }
        class::JSON | class::JSON_NODE | class::JSON_DOC => crate::json::write(*slot(inst, 0), out),
        class::COUNTER | class::INT_CELL => {
            out.extend_from_slice(class_name(class));
            out.push(b'(');
            append(*slot(inst, 0), out);
            out.push(b')');
        }
        class::INTENT => {
            out.extend_from_slice(b"IntentBox[");
            append(*slot(inst, 0), out);
            out.push(b']');
        }
        class::CHANNEL => {
            out.extend_from_slice(b"Channel(");
            append(*slot(inst, 0), out);
            out.extend_from_slice(b" >> ");
            append(*slot(inst, 1), out);
            out.push(b')');
        }
        class::MESSAGE => {
            out.extend_from_slice(b"[ID] ");
            append(*slot(inst, 0), out);
            out.extend_from_slice(b": ");
            append(*slot(inst, 1), out);
        }
        class::DEBUG => {
            out.extend_from_slice(b"DebugBox[");
            append(*slot(inst, 0), out);
            out.extend_from_slice(b" tracked]");
        }
        class::DATETIME => crate::clock::show((*slot(inst, 0)).pay, out),
        class::TIME | class::RANDOM | class::SOUND | class::ENCODING => {
            out.extend_from_slice(class_name(class));
            out.extend_from_slice(b"()");
        }
        _ => out.extend_from_slice(class_name(class)),
    }
}

/// The text of a value as an owned string.
pub unsafe fn text(v: Val) -> *mut Str {
    if v.tag == STR {
        return v.retain().ptr();
    }
    let mut out = Vec::new();
    append(v, &mut out);
    make(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_text(tag: u32, pay: i64) -> *mut Str {
    text(Val::new(tag, pay))
}

pub unsafe fn class_name<'a>(c: u16) -> &'a [u8] {
    if c >= FIRST_USER {
        return bytes((*ny_classes.add((c - FIRST_USER) as usize)).name);
    }
    macro_rules! names {
        ($($number:literal $constant:ident $name:literal [$($alias:literal),*] $slots:literal $visible:ident $doc:literal;)*) => {
            match c {
                $($number => $name.as_bytes(),)*
                _ => b"Box",
            }
        };
    }
    nyash_abi::builtin_classes!(names)
}

/// The name of a value's type as messages and `isType` know it.
pub unsafe fn type_name<'a>(v: Val) -> &'a [u8] {
    match v.tag {
        ABSENT | VOID => b"VoidBox",
        NULL => b"NullBox",
        BOOL => b"BoolBox",
        INT => b"IntegerBox",
        FLOAT => b"FloatBox",
        STR => b"StringBox",
        _ => {
            let c = v.class();
            if c >= FIRST_USER {
                b"InstanceBox"
            } else {
                class_name(c)
            }
        }
    }
}

/// The type of a value as a string: the box name for instances.
#[no_mangle]
pub unsafe extern "C" fn ny_type_name(tag: u32, pay: i64) -> *mut Str {
    let v = Val::new(tag, pay);
    if v.class() >= FIRST_USER {
        make(class_name(v.class()))
    } else {
        make(type_name(v))
    }
}

/// `isType(v, name)`: the box name with or without `Box`, and the usual short names.
#[no_mangle]
pub unsafe extern "C" fn ny_is_type(tag: u32, pay: i64, name: *mut Str) -> u32 {
    let v = Val::new(tag, pay);
    let want = bytes(name);
    let have = type_name(v);
    if want == have || have.strip_suffix(b"Box") == Some(want) {
        return 1;
    }
    if v.class() >= FIRST_USER && class_name(v.class()) == want {
        return 1;
    }
    (match want {
        b"Int" | b"I64" => tag == INT,
        b"F64" => tag == FLOAT,
        b"Boolean" => tag == BOOL,
        b"Void" | b"Unit" | b"Null" => v.is_nothing(),
        _ => false,
    }) as u32
}

/// `asType(v, name)`: converts between integers and floats, leaves everything else as it is.
#[no_mangle]
pub unsafe extern "C" fn ny_as_type(tag: u32, pay: i64, name: *mut Str) -> i64 {
    let v = Val::new(tag, pay);
    let want = bytes(name);
    let want = want.strip_suffix(b"Box").unwrap_or(want);
    match (tag, want) {
        (FLOAT, b"Integer" | b"Int" | b"I64") => Val::int(v.f64() as i64),
        (INT, b"Float" | b"F64") => Val::float(pay as f64),
        _ => v.retain(),
    }
    .ret()
}
