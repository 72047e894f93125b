//! What is known about a value when compiling: the kinds it may have, and what object it may be.

pub use nyash_abi::value::tag;

/// Which objects an object may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Objects {
    /// No object at all.
    None,
    /// Exactly this class of the program.
    User(u32),
    /// An array; the number names a set of places where arrays are made (see [`super::Sites`]).
    Array(u32),
    /// A map, likewise.
    Map(u32),
    /// A builtin box by its class number.
    Builtin(u16),
    Any,
}

/// A set of values. Inference only ever adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ty {
    /// Bit `t` is set when a value of tag `t` is possible.
    pub kinds: u8,
    pub objects: Objects,
}

/// How a value stands in wasm locals and on the wasm stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rep {
    Int,
    Float,
    Bool,
    /// Pointer to a string.
    Str,
    /// Pointer to an object.
    Obj,
    /// Tag and payload.
    Dyn,
}

const fn bit(tag: u32) -> u8 {
    1 << tag
}

impl Ty {
    pub const NONE: Ty = Ty {
        kinds: 0,
        objects: Objects::None,
    };
    pub const ABSENT: Ty = Ty::of(tag::ABSENT);
    pub const VOID: Ty = Ty::of(tag::VOID);
    pub const NULL: Ty = Ty::of(tag::NULL);
    pub const BOOL: Ty = Ty::of(tag::BOOL);
    pub const INT: Ty = Ty::of(tag::INT);
    pub const FLOAT: Ty = Ty::of(tag::FLOAT);
    pub const STR: Ty = Ty::of(tag::STR);
    /// Everything a program can hold.
    pub const ANY: Ty = Ty {
        kinds: 0xfe,
        objects: Objects::Any,
    };

    const fn of(tag: u32) -> Ty {
        Ty {
            kinds: bit(tag),
            objects: Objects::None,
        }
    }

    pub const fn object(objects: Objects) -> Ty {
        Ty {
            kinds: bit(tag::OBJ),
            objects,
        }
    }

    pub fn has(self, tag: u32) -> bool {
        self.kinds & bit(tag) != 0
    }

    /// Nothing but this kind.
    pub fn only(self, tag: u32) -> bool {
        self.kinds == bit(tag)
    }

    pub fn is_none(self) -> bool {
        self.kinds == 0
    }

    pub fn without(self, tag: u32) -> Ty {
        let kinds = self.kinds & !bit(tag);
        Ty {
            kinds,
            objects: if kinds & bit(tag::OBJ) == 0 {
                Objects::None
            } else {
                self.objects
            },
        }
    }

    /// Without absent, void and null.
    pub fn something(self) -> Ty {
        self.without(tag::ABSENT).without(tag::VOID).without(tag::NULL)
    }

    pub fn numeric(self) -> bool {
        self.kinds != 0 && self.kinds & !(bit(tag::INT) | bit(tag::FLOAT)) == 0
    }

    pub fn maybe_numeric(self) -> bool {
        self.kinds & (bit(tag::INT) | bit(tag::FLOAT)) != 0
    }

    pub fn maybe_nothing(self) -> bool {
        self.kinds & (bit(tag::ABSENT) | bit(tag::VOID) | bit(tag::NULL)) != 0
    }

    /// May be a string or an object, whose references are counted.
    pub fn counted(self) -> bool {
        self.kinds == 0 || self.kinds & (bit(tag::STR) | bit(tag::OBJ)) != 0
    }

    pub fn rep(self) -> Rep {
        match self.kinds {
            k if k == bit(tag::INT) => Rep::Int,
            k if k == bit(tag::FLOAT) => Rep::Float,
            k if k == bit(tag::BOOL) => Rep::Bool,
            k if k == bit(tag::STR) => Rep::Str,
            k if k == bit(tag::OBJ) => Rep::Obj,
            _ => Rep::Dyn,
        }
    }
}

impl Rep {
    /// The tag of a value that stands without one.
    pub fn tag(self) -> u32 {
        match self {
            Rep::Int => tag::INT,
            Rep::Float => tag::FLOAT,
            Rep::Bool => tag::BOOL,
            Rep::Str => tag::STR,
            Rep::Obj => tag::OBJ,
            Rep::Dyn => tag::VOID,
        }
    }
}
