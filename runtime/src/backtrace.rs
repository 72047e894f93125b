//! The wasm call stack at a trap, recorded by walking frame pointers.
//!
//! wasmtime records backtraces only with its `std` feature. Compiled wasm keeps frame pointers, and so does this
//! runtime, hence a walk needs nothing but the bounds of the compiled code and of the stack. It has to happen before
//! the stack is unwound: in the signal handler, or when wasmtime asks for its thread state on the way to raising a trap.

use core::cell::UnsafeCell;

use nyash_format::NameTable;

use crate::frames;

/// Innermost frames kept.
const FIRST: usize = 48;
/// Outermost frames kept when there are more than [`FIRST`].
const LAST: usize = 8;
/// Host frames that may lie above the first wasm frame.
const HOST_FRAMES: usize = 256;

/// Code addresses of a call stack, as offsets into the module's text.
pub struct Recorded {
    /// The innermost frames.
    pub first: [u32; FIRST],
    /// A ring of the frames behind them, written round.
    pub last: [u32; LAST],
    /// Number of frames seen.
    pub total: usize,
}

impl Recorded {
    /// The outermost frames that `first` does not hold, outermost last, and how many lie between.
    pub fn outer(&self) -> (usize, impl Iterator<Item = u32>) {
        let rest = self.total.saturating_sub(FIRST);
        let kept = rest.min(LAST);
        let ring = self.last;
        (rest - kept, (rest - kept..rest).map(move |i| ring[i % LAST]))
    }

    /// The innermost frames.
    pub fn inner(&self) -> &[u32] {
        &self.first[..self.total.min(FIRST)]
    }

    /// Sets frame number `i`; frames before it stay, those behind it are forgotten.
    fn put(&mut self, i: usize, offset: u32) {
        match i.checked_sub(FIRST) {
            None => self.first[i] = offset,
            Some(i) => self.last[i % LAST] = offset,
        }
        self.total = i + 1;
    }
}

struct State {
    text_start: usize,
    text_len: usize,
    /// The name table about that text.
    names: &'static [u8],
    stack_top: usize,
    recorded: Recorded,
    /// The record was made in a signal handler. A trap that a signal raised ends the program, and the handler itself
    /// asks for wasmtime's state: walking from there would lose the innermost frame.
    final_record: bool,
}

struct Global(UnsafeCell<State>);

// SAFETY: the process has one thread; a signal handler that interrupts `walk` ends the process or is in wasm code.
unsafe impl Sync for Global {}

static STATE: Global = Global(UnsafeCell::new(State {
    text_start: 0,
    text_len: 0,
    names: &[],
    stack_top: 0,
    recorded: Recorded {
        first: [0; FIRST],
        last: [0; LAST],
        total: 0,
    },
    final_record: false,
}));

/// Tells where the compiled code and the end of the stack are, and the name table about that code. Until then nothing
/// is recorded.
pub fn set_bounds(text: &[u8], names: &'static [u8], stack_top: usize) {
    // SAFETY: see `Global`.
    let state = unsafe { &mut *STATE.0.get() };
    (state.text_start, state.text_len, state.stack_top) = (text.as_ptr() as usize, text.len(), stack_top);
    state.names = names;
}

/// Whether an address lies in the compiled code.
#[cfg(not(windows))]
pub fn is_compiled(pc: usize) -> bool {
    // SAFETY: see `Global`.
    let state = unsafe { &*STATE.0.get() };
    pc.wrapping_sub(state.text_start) < state.text_len
}

/// The name table about the code that runs, if it is there and undamaged.
pub fn names() -> Option<NameTable<'static>> {
    // SAFETY: see `Global`; called when the program has ended.
    NameTable::parse(unsafe { (*STATE.0.get()).names }).ok()
}

/// The last recorded call stack.
pub fn recorded() -> &'static Recorded {
    // SAFETY: see `Global`; called when the program has ended.
    unsafe { &(*STATE.0.get()).recorded }
}

/// Records from inside the runtime, when wasm code has called it.
#[cfg(not(windows))]
pub fn record_from_host() {
    walk(None, frames::current(), FIRST);
}

/// Records from inside the runtime, when the frame pointer of the wasm frame that called it is known.
#[cfg(windows)]
pub fn record_from_frame(fp: usize) {
    walk(None, fp, FIRST);
}

/// Records from a signal handler, for code that was at `pc` with frame pointer `fp`.
pub fn record_from_signal(pc: usize, fp: usize) {
    walk(Some(pc), fp, usize::MAX);
}

fn walk(pc: Option<usize>, mut fp: usize, most: usize) {
    // SAFETY: see `Global`.
    let state = unsafe { &mut *STATE.0.get() };
    if state.text_len == 0 || state.final_record {
        return;
    }
    let (start, len) = (state.text_start, state.text_len);
    let in_text = |pc: usize| pc.wrapping_sub(start) < len;
    // What was recorded before stands until there is a wasm frame: wasmtime also asks for its state when the stack of
    // a trap is already unwound.
    let mut found = 0;
    let mut compiled = false;
    if let Some(pc) = pc.filter(|pc| in_text(*pc)) {
        state.recorded.put(0, (pc - start) as u32);
        state.final_record = true;
        found = 1;
        compiled = true;
    }
    let mut host_frames = 0;
    while fp != 0 && fp.is_multiple_of(size_of::<usize>()) && fp < state.stack_top - frames::READ_ABOVE && found < most
    {
        // SAFETY: frame pointers lie on the stack, in mapped memory: each was pushed by a caller still active, and the
        // loop goes on only while they grow towards the stack's end.
        let (next, return_address) = unsafe { frames::caller(fp, compiled) };
        // The call is before the address it returns to, which may belong to the next function.
        let pc = return_address.wrapping_sub(1);
        compiled = in_text(pc);
        if compiled {
            state.recorded.put(found, (pc - start) as u32);
            found += 1;
        } else {
            host_frames += 1;
            if found > 0 || host_frames > HOST_FRAMES {
                return;
            }
        }
        if next <= fp {
            return;
        }
        fp = next;
    }
}
