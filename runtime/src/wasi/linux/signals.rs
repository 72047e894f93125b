//! Signal numbers.

use crate::wasi::abi::LAST_SIGNAL;

/// The signals of WASI, in the order of their numbers there; 0 is no signal.
#[rustfmt::skip]
pub const SIGNALS: [i32; LAST_SIGNAL as usize + 1] = [
    0, /* hup */ 1, /* int */ 2, /* quit */ 3, /* ill */ 4, /* trap */ 5, /* abrt */ 6, /* bus */ 7, /* fpe */ 8,
    /* kill */ 9, /* usr1 */ 10, /* segv */ 11, /* usr2 */ 12, /* pipe */ 13, /* alrm */ 14, /* term */ 15,
    /* chld */ 17, /* cont */ 18, /* stop */ 19, /* tstp */ 20, /* ttin */ 21, /* ttou */ 22, /* urg */ 23,
    /* xcpu */ 24, /* xfsz */ 25, /* vtalrm */ 26, /* prof */ 27, /* winch */ 28, /* poll */ 29, /* pwr */ 30,
    /* sys */ 31,
];

/// Whether the runtime has a handler of its own for a signal: those are for faults of the program.
pub fn is_fault(signal: i32) -> bool {
    matches!(signal, 4 | 7 | 8 | 11)
}
