//! The entry point: relocate ourselves, then run the program.

pub use crate::arguments::{Arguments, program_name};

/// Nothing reads these: naming the linker's scripts makes cargo link again when they change. A list of functions that nobody
/// linked with looked as if the order of functions no longer mattered.
const _: [&[u8]; 2] = [
    include_bytes!("../../link-linux.ld"),
    include_bytes!("../../link-start.ld"),
];

/// Where `_start` of each processor leads (`arch/`).
///
/// # Safety
/// `stack` is the initial stack pointer, `base` the load address, `dynamic` the dynamic section.
pub unsafe extern "C" fn start(stack: *const usize, base: *const u8, dynamic: *const [usize; 2]) -> ! {
    // SAFETY: called once by `_start` with what the linker and the kernel say lies there.
    let arguments = unsafe {
        super::guard::check_end(base);
        relocate(base, dynamic);
        read_arguments(stack)
    };
    arguments.keep_name();
    crate::program::run(arguments)
}

/// Where the executable is loaded.
pub fn base() -> *const u8 {
    unsafe extern "C" {
        /// The start of the file in memory: the linker's.
        static __ehdr_start: u8;
    }
    &raw const __ehdr_start
}

/// Applies our own relative relocations. The linker is told to write them all in the compact RELR form.
///
/// # Safety
/// `base` is the load address, `dynamic` the dynamic section; runs before anything with a relocation is used, hence
/// itself uses none.
unsafe fn relocate(base: *const u8, dynamic: *const [usize; 2]) {
    const DT_RELRSZ: usize = 35;
    const DT_RELR: usize = 36;
    let (mut table, mut size) = (0, 0);
    let mut entry = dynamic;
    // SAFETY: the dynamic section ends with a zero tag.
    unsafe {
        while (*entry)[0] != 0 {
            match (*entry)[0] {
                DT_RELR => table = (*entry)[1],
                DT_RELRSZ => size = (*entry)[1],
                _ => {}
            }
            entry = entry.add(1);
        }
    }
    // An even word is the address of the next word to relocate; an odd one is a bitmap of the 63 words behind it
    // (generic ABI, "Relative relocation table").
    let word = size_of::<usize>();
    let relocs = base.wrapping_add(table).cast::<usize>();
    let mut place = base.cast_mut().cast::<usize>();
    for i in 0..size / word {
        // SAFETY: the linker made the table for this image; each place is a writable word of ours.
        unsafe {
            let value = *relocs.add(i);
            if value & 1 == 0 {
                place = base.wrapping_add(value).cast_mut().cast();
                *place = (*place).wrapping_add(base as usize);
                place = place.add(1);
            } else {
                let mut bits = value >> 1;
                while bits != 0 {
                    let at = place.add(bits.trailing_zeros() as usize);
                    *at = (*at).wrapping_add(base as usize);
                    bits &= bits - 1;
                }
                place = place.add(8 * word - 1);
            }
        }
    }
}

/// # Safety
/// `stack` is the initial stack pointer.
unsafe fn read_arguments(stack: *const usize) -> Arguments {
    // SAFETY: argc, argv, a null, envp, a null, auxv, in this order, for the life of the process.
    unsafe {
        let argc = *stack;
        let argv = stack.add(1).cast::<*const u8>();
        let envp = argv.add(argc + 1);
        let mut count = 0;
        while !(*envp.add(count)).is_null() {
            count += 1;
        }
        super::memory::read_page_size(envp.add(count + 1).cast());
        Arguments::new(
            core::slice::from_raw_parts(argv, argc),
            core::slice::from_raw_parts(envp, count),
        )
    }
}
