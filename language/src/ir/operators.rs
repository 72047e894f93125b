//! What the operators give for what they are given.

use super::{Objects, Op, Ty, tag};

/// The type of `a op b`. Combinations that are errors give nothing.
pub fn binary_type(op: Op, a: Ty, b: Ty, new_2026: bool) -> Ty {
    if a.is_none() || b.is_none() {
        return Ty::NONE;
    }
    let both = |t| a.has(t) && b.has(t);
    let float = (a.has(tag::FLOAT) && b.maybe_numeric()) || (b.has(tag::FLOAT) && a.maybe_numeric());
    let mut kinds = 0;
    match op {
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => return Ty::BOOL,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl => return Ty::INT,
        Op::Shr => {
            if new_2026 || (a.only(tag::INT) && b.only(tag::INT)) {
                return Ty::INT;
            }
            return Ty {
                kinds: Ty::INT.kinds | Ty::object(Objects::Any).kinds,
                objects: Objects::Any,
            };
        }
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => {}
    }
    if both(tag::INT) {
        kinds |= Ty::INT.kinds;
    }
    if float {
        kinds |= Ty::FLOAT.kinds;
    }
    if op == Op::Add {
        if a.has(tag::STR) || b.has(tag::STR) {
            kinds |= Ty::STR.kinds;
        }
        if both(tag::BOOL) && !new_2026 {
            kinds |= Ty::INT.kinds;
        }
    }
    if op == Op::Mul && a.has(tag::STR) && b.has(tag::INT) && !new_2026 {
        kinds |= Ty::STR.kinds;
    }
    Ty {
        kinds,
        objects: Objects::None,
    }
}

/// Whether `a op b` can end in an error.
pub fn binary_throws(op: Op, a: Ty, b: Ty, new_2026: bool) -> bool {
    let numbers = a.numeric() && b.numeric();
    match op {
        Op::Eq | Op::Ne => false,
        Op::Lt | Op::Le | Op::Gt | Op::Ge => new_2026 && !numbers && !(a.only(tag::STR) && b.only(tag::STR)),
        Op::Add => {
            let text = a.only(tag::STR) || b.only(tag::STR);
            !numbers && (!text || (new_2026 && (a.maybe_nothing() || b.maybe_nothing())))
        }
        Op::Sub | Op::Mul => !numbers,
        Op::Div | Op::Rem => true,
        Op::Shr if !new_2026 => false,
        Op::Shr | Op::Shl | Op::BitAnd | Op::BitOr | Op::BitXor => !(a.only(tag::INT) && b.only(tag::INT)),
    }
}
