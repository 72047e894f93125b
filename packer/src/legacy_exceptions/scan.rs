//! Which function bodies use the legacy encoding: a look at every instruction, without validation.

use wasmparser::{FunctionBody, VisitOperator, VisitSimdOperator};

/// The first byte of `try`. The other instructions of the legacy encoding are valid only behind one.
const TRY: u8 = 0x06;

/// Whether a function has instructions of the legacy encoding. What cannot be read has none: the validator says why.
pub(super) fn uses_legacy_exceptions(body: &FunctionBody<'_>) -> bool {
    // Most functions end here: small ones without the byte, as whatever operand.
    if !body.as_bytes().contains(&TRY) {
        return false;
    }
    let Ok(mut operators) = body.get_operators_reader() else {
        return false;
    };
    while !operators.eof() {
        match operators.visit_operator(&mut IsLegacy) {
            Ok(true) => return true,
            Ok(false) => {}
            Err(_) => return false,
        }
    }
    false
}

/// A visitor, because building each [`wasmparser::Operator`] takes twice the time.
struct IsLegacy;

macro_rules! is_legacy {
    (@legacy_exceptions) => { true };
    (@$proposal:ident) => { false };
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        $(
            fn $visit(&mut self $($(, _: $argty)*)?) -> bool {
                is_legacy!(@$proposal)
            }
        )*
    };
}

impl<'a> VisitOperator<'a> for IsLegacy {
    type Output = bool;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = bool>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(is_legacy);
}

impl VisitSimdOperator<'_> for IsLegacy {
    wasmparser::for_each_visit_simd_operator!(is_legacy);
}
