//! The second half of a name table: places in the source by code address, as a stream of differences.
//!
//! A large program has millions of places and a call stack asks for a few dozen, so places are small and finding one may walk
//! a block of them.

use alloc::vec::Vec;

use crate::error::FormatError;

/// Rows in a block, the last one aside.
pub(crate) const BLOCK: usize = 64;
/// Bytes of a block's entry: the address of its first row, and where in the stream it begins.
pub(crate) const BLOCK_LEN: usize = 8;

/// Behind the difference of the address: the row has another file than the one before.
const OTHER_FILE: u64 = 1;
/// The same for the scope.
const OTHER_SCOPE: u64 = 2;
/// Bits of both.
const FLAG_BITS: u32 = 2;

/// Where code comes from. All zero where that is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// Where the name of the file is in the strings.
    pub file: u32,
    /// From 1.
    pub line: u32,
    /// From 1; 0 where it is not known.
    pub column: u32,
    /// The innermost scope that the code was inlined from; 0 where it is the function's own.
    pub scope: u32,
}

/// A function that was put where it is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Where its name is in the strings; 0 where it is not known.
    pub name: u32,
    /// Where it is called.
    pub call: Position,
}

/// Appends a number in groups of seven bits.
fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Appends a difference: small ones of either sign are short.
fn put_difference(out: &mut Vec<u8>, old: u32, new: u32) {
    let n = i64::from(new) - i64::from(old);
    put(out, ((n << 1) ^ (n >> 63)) as u64);
}

/// Reads a number. Not a part of its callers, of which there are many: it is code of every program.
#[inline(never)]
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        n |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(n);
        }
    }
    None
}

#[inline(never)]
fn difference(rest: &mut &[u8], old: u32) -> Option<u32> {
    let n = number(rest)?;
    let n = (n >> 1) as i64 ^ -((n & 1) as i64);
    Some(i64::from(old).wrapping_add(n) as u32)
}

/// Appends a scope, and gives what stands for it: where it begins, counted from 1.
pub(crate) fn put_scope(out: &mut Vec<u8>, scope: Scope) -> Result<u32, FormatError> {
    let too_large = |_| FormatError::TooLarge("the inlined functions");
    let own = u32::try_from(out.len() + 1).map_err(too_large)?;
    let Position {
        file,
        line,
        column,
        scope: outer,
    } = scope.call;
    // How far back the outer one is, or that there is none.
    let back = if outer == 0 { 0 } else { own - outer };
    for n in [scope.name, file, line, column, back] {
        put(out, u64::from(n));
    }
    Ok(own)
}

/// Reads the scope that a number stands for.
pub(crate) fn scope(scopes: &[u8], own: u32) -> Option<Scope> {
    let mut rest = scopes.get(own.checked_sub(1)? as usize..)?;
    let mut fields = [0; 5];
    for field in &mut fields {
        *field = number(&mut rest)? as u32;
    }
    let [name, file, line, column, back] = fields;
    let scope = if back == 0 { 0 } else { own.checked_sub(back)? };
    let call = Position {
        file,
        line,
        column,
        scope,
    };
    Some(Scope { name, call })
}

/// Sorted rows as blocks and their stream.
pub(crate) fn write(rows: &[(u32, Position)]) -> Result<(Vec<[u32; 2]>, Vec<u8>), FormatError> {
    let (mut blocks, mut stream) = (Vec::new(), Vec::new());
    for block in rows.chunks(BLOCK) {
        let (mut start, mut last) = (block[0].0, Position::default());
        let at = u32::try_from(stream.len()).map_err(|_| FormatError::TooLarge("the table of lines"))?;
        blocks.push([start, at]);
        for &(own, position) in block {
            let (file, scope) = (position.file != last.file, position.scope != last.scope);
            let flags = if file { OTHER_FILE } else { 0 } | if scope { OTHER_SCOPE } else { 0 };
            put(&mut stream, u64::from(own - start) << FLAG_BITS | flags);
            put_difference(&mut stream, last.line, position.line);
            put_difference(&mut stream, last.column, position.column);
            if file {
                put_difference(&mut stream, last.file, position.file);
            }
            if scope {
                put_difference(&mut stream, last.scope, position.scope);
            }
            (start, last) = (own, position);
        }
    }
    Ok((blocks, stream))
}

/// The last row of a block, which begins at `start` and `at` in its stream, that is not behind an address: its address and
/// what it says.
pub(crate) fn find(stream: &[u8], start: u32, at: u32, address: u32) -> Option<(u32, Position)> {
    let mut rest = stream.get(at as usize..)?;
    let (mut start, mut position, mut found) = (start, Position::default(), None);
    for _ in 0..BLOCK {
        if rest.is_empty() {
            break;
        }
        let head = number(&mut rest)?;
        start = start.checked_add((head >> FLAG_BITS) as u32)?;
        position.line = difference(&mut rest, position.line)?;
        position.column = difference(&mut rest, position.column)?;
        if head & OTHER_FILE != 0 {
            position.file = difference(&mut rest, position.file)?;
        }
        if head & OTHER_SCOPE != 0 {
            position.scope = difference(&mut rest, position.scope)?;
        }
        if start > address {
            break;
        }
        found = Some((start, position));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_again() {
        let rows: Vec<(u32, Position)> = (0..1000u32)
            .map(|n| {
                let place = Position {
                    file: n / 100 * 8,
                    line: n.wrapping_mul(2_654_435_761) >> 12,
                    column: if n % 3 == 0 { u32::MAX } else { n % 7 },
                    scope: n / 10 % 4,
                };
                (n * 5, place)
            })
            .collect();
        let (blocks, stream) = write(&rows).unwrap();
        for address in 0..rows.len() * 5 {
            let block = blocks.iter().rev().find(|block| block[0] as usize <= address).unwrap();
            let found = find(&stream, block[0], block[1], address as u32);
            assert_eq!(found, Some(rows[address / 5]), "{address}");
        }
    }
}
