//! JSON text.

use crate::string::bytes;
use crate::value::*;
use rust_alloc::vec::Vec;

/// A string in quotes.
pub fn quote(s: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &b in s {
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            0..=31 => {
                out.extend_from_slice(b"\\u00");
                out.push(b"0123456789abcdef"[(b >> 4) as usize]);
                out.push(b"0123456789abcdef"[(b & 15) as usize]);
            }
            _ => out.push(b),
        }
    }
    out.push(b'"');
}

/// A value as compact JSON, maps in key order.
pub unsafe fn write(v: Val, out: &mut Vec<u8>) {
    match v.tag {
        ABSENT | VOID | NULL => out.extend_from_slice(b"null"),
        BOOL | INT => crate::text::append(v, out),
        FLOAT => {
            let n = out.len();
            crate::text::append(v, out);
            if !out[n..].contains(&b'.') && v.f64().is_finite() {
                out.extend_from_slice(b".0");
            }
        }
        STR => quote(bytes(v.ptr()), out),
        _ => match v.class() {
            C_ARRAY => {
                out.push(b'[');
                for (i, x) in crate::array::items(v.ptr()).iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    write(*x, out);
                }
                out.push(b']');
            }
            C_MAP => {
                out.push(b'{');
                for (i, e) in crate::map::sorted(v.ptr()).iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    quote(bytes(e.key), out);
                    out.push(b':');
                    write(e.value, out);
                }
                out.push(b'}');
            }
            _ => {
                let mut t = Vec::new();
                crate::text::append(v, &mut t);
                quote(&t, out);
            }
        },
    }
}
