//! The functions of WASI preview 1: one row each, which the runtime's host, the packer's check of imports and the modules
//! that the tests are made of all read.
//!
//! A row is a name and a form: one letter for each parameter of the specification (witx), which stands for one or several
//! parameters of WebAssembly. The tests write calls in terms of these.
//!
//! | letter | parameter | passed as |
//! |---|---|---|
//! | `i` `I` | a number | i32, i64 |
//! | `s` | a string | pointer and length |
//! | `w` `r` | buffers to write, to read into | pointer to a list, and count |
//! | `b` | a buffer | pointer and length |
//! | `p` | subscriptions, and room for events | two pointers and a count |
//! | `o` `O` | where a u32, a u64 is returned | pointer |
//! | `h` | where a u16 is returned | pointer |
//! | `n` | where is returned how much of the buffers is used | pointer |
//! | `z` | where a time is returned | pointer |
//! | `S` `F` `P` | where a record `filestat`, `fdstat`, `prestat` is returned | pointer |
//! | `2` | where two counts are returned | two pointers |
//! | `A` | where strings are returned that were counted before | two pointers |

/// The module name that functions are imported from.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// The module name that older toolchains use; the functions have the same types.
pub const OLD_MODULE: &str = "wasi_unstable";

/// The module name of wasi-threads.
pub const THREADS_MODULE: &str = "wasi";

/// Its function, which starts a thread and returns its number, or a negative error number.
pub const THREAD_SPAWN: &str = "thread-spawn";

/// The only function that returns no error number: it does not return.
pub const PROC_EXIT: &str = "proc_exit";

/// Hands all rows to a macro as `name "form"` pairs, sorted by name.
#[macro_export]
macro_rules! preview1_functions {
    ($take:ident) => {
        $take! {
            args_get "A"
            args_sizes_get "2"
            clock_res_get "iz"
            clock_time_get "iIz"
            environ_get "A"
            environ_sizes_get "2"
            fd_advise "iIIi"
            fd_allocate "iII"
            fd_close "i"
            fd_datasync "i"
            fd_fdstat_get "iF"
            fd_fdstat_set_flags "ii"
            fd_fdstat_set_rights "iII"
            fd_filestat_get "iS"
            fd_filestat_set_size "iI"
            fd_filestat_set_times "iIIi"
            fd_pread "irIn"
            fd_prestat_dir_name "ib"
            fd_prestat_get "iP"
            fd_pwrite "iwIo"
            fd_read "irn"
            fd_readdir "ibIn"
            fd_renumber "ii"
            fd_seek "iIiO"
            fd_sync "i"
            fd_tell "iO"
            fd_write "iwo"
            path_create_directory "is"
            path_filestat_get "iisS"
            path_filestat_set_times "iisIIi"
            path_link "iisis"
            path_open "iisiIIio"
            path_readlink "isbn"
            path_remove_directory "is"
            path_rename "isis"
            path_symlink "sis"
            path_unlink_file "is"
            poll_oneoff "pn"
            proc_exit "i"
            proc_raise "i"
            random_get "b"
            sched_yield ""
            sock_accept "iio"
            sock_recv "irinh"
            sock_send "iwio"
            sock_shutdown "ii"
        }
    };
}

/// A function of preview 1.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// A letter for each parameter of the specification, see the head of this file.
    pub form: &'static str,
    /// The types of its parameters.
    pub parameters: Parameters,
}

impl Function {
    /// Whether it returns an error number, an i32; else it returns nothing.
    pub fn returns(&self) -> bool {
        self.name != PROC_EXIT
    }
}

macro_rules! table {
    ($($name:ident $form:literal)+) => {
        /// Every function, sorted by name.
        pub static FUNCTIONS: [Function; [$($form),+].len()] = [$(Function {
            name: stringify!($name),
            form: $form,
            parameters: Parameters::of($form),
        },)+];
    };
}
preview1_functions!(table);

/// The function with this name.
pub fn function(name: &str) -> Option<&'static Function> {
    let at = FUNCTIONS.binary_search_by_key(&name, |function| function.name).ok()?;
    Some(&FUNCTIONS[at])
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
}

/// Most parameters that a function has.
pub const MOST_PARAMETERS: usize = 9;

/// The types of a function's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    types: [Type; MOST_PARAMETERS],
    len: u8,
}

impl Parameters {
    /// Those of a form.
    ///
    /// # Panics
    /// For a letter that means nothing and for more than [`MOST_PARAMETERS`]: rows are read by the compiler.
    pub const fn of(form: &str) -> Self {
        let mut types = [Type::I32; MOST_PARAMETERS];
        let mut len = 0;
        let mut at = 0;
        while at < form.len() {
            match form.as_bytes()[at] {
                b'I' => {
                    types[len] = Type::I64;
                    len += 1;
                }
                b'i' | b'o' | b'O' | b'h' | b'n' | b'z' | b'S' | b'F' | b'P' => len += 1,
                b's' | b'w' | b'r' | b'b' | b'2' | b'A' => len += 2,
                b'p' => len += 3,
                _ => panic!("no such letter"),
            }
            at += 1;
        }
        assert!(len <= MOST_PARAMETERS);
        Parameters { types, len: len as u8 }
    }

    /// Those of the function with this name in [`FUNCTIONS`].
    ///
    /// # Panics
    /// When there is none: it is for constants.
    pub const fn of_function(name: &str) -> Self {
        let mut at = 0;
        while at < FUNCTIONS_IN_CONST.len() {
            let (other, form) = FUNCTIONS_IN_CONST[at];
            if is_same(other, name) {
                return Parameters::of(form);
            }
            at += 1;
        }
        panic!("no such function");
    }

    /// The types in order.
    pub fn types(&self) -> &[Type] {
        &self.types[..usize::from(self.len)]
    }
}

/// Names and forms once more, for constants, which cannot read a static.
const FUNCTIONS_IN_CONST: &[(&str, &str)] = {
    macro_rules! pairs {
        ($($name:ident $form:literal)+) => { &[$((stringify!($name), $form),)+] };
    }
    preview1_functions!(pairs)
};

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_read() {
        assert!(FUNCTIONS.is_sorted_by_key(|function| function.name));
        assert_eq!(FUNCTIONS.len(), 46);
        let open = function("path_open").unwrap();
        use Type::{I32, I64};
        assert_eq!(open.parameters.types(), [I32, I32, I32, I32, I32, I64, I64, I32, I32]);
        assert_eq!(open.parameters, Parameters::of_function("path_open"));
        assert_eq!(function("poll_oneoff").unwrap().parameters.types(), [I32; 4]);
        assert!(function("fork").is_none());
        assert!(!function(PROC_EXIT).unwrap().returns());
    }
}
