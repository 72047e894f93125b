//! Functions of the runtime that emission calls by symbol: operators, reference counts, errors. They have no names in
//! programs.

use super::{Effect, Gives, Receiver, Row};
use Gives::{Any, Bool, Float, Int, Never, Nothing, Text, Word};

rows! {
    /// All of them.
    RUNTIME for Receiver::Internal;
    [] "ny_add" "dd" (a, b) -> Any, Reads, fails: "`a + b`.";
    [] "ny_sub" "dd" (a, b) -> Any, Reads, fails: "`a - b`.";
    [] "ny_mul" "dd" (a, b) -> Any, Reads, fails: "`a * b`.";
    [] "ny_div" "dd" (a, b) -> Any, Reads, fails: "`a / b`.";
    [] "ny_mod" "dd" (a, b) -> Any, Reads, fails: "`a % b`.";
    [] "ny_neg" "d" (a) -> Any, Reads, fails: "`-a`.";
    [] "ny_bits" "wdd" (operator, a, b) -> Int, Reads, fails: "`& | ^ << >>`, numbered from 0.";
    [] "ny_cmp" "dd" (a, b) -> Word, Reads, fails: "The order of two values: negative, 0, positive, 2 for none.";
    [] "ny_truthy" "d" (a) -> Bool, Reads, fails: "Whether a condition holds.";
    [] "ny_append" "Dd" (a, b) -> Any, Writes, fails: "`a + b` that may use the memory of `a`, which comes back when it fails.";
    [] "ny_channel_or_shift" "dd" (a, b) -> Any, Reads: "`a >> b` in the first edition.";
    [] "ny_channel_named" "dds" (a, b, name) -> Any, Reads: "`a >> b` in the first edition, where `b` is a variable.";
    [] "ny_str_append" "Ss" (a, b) -> Text, Writes: "A text followed by another; the first is given up.";
    [] "ny_str_append_int" "Si" (a, b) -> Text, Writes: "A text followed by an integer; the text is given up.";
    [] "ny_str_eq" "ss" (a, b) -> Bool, Pure: "Whether two texts are equal.";
    [] "ny_str_cmp" "ss" (a, b) -> Word, Pure: "The order of two texts: negative, 0, positive.";
    [] "ny_int_text" "i" (a) -> Text, Pure: "The text of an integer.";
    [] "ny_print_str" "s" (a) -> Nothing, Writes: "Prints a text as a line.";
    [] "ny_print_int" "i" (a) -> Nothing, Writes: "Prints an integer as a line.";
    [] "ny_console" "wd" (prefix, a) -> Nothing, Writes: "Prints a value as a line behind a prefix.";
    [] "ny_flush" "" () -> Nothing, Writes: "Writes out what has been printed.";
    [] "ny_want_int" "d" (a) -> Int, Reads, fails: "An argument that must be an integer.";
    [] "ny_want_float" "d" (a) -> Float, Reads, fails: "An argument that must be a number.";
    [] "ny_want_str" "d" (a) -> Text, Reads, fails: "An argument that must be a text; borrowed.";
    [] "ny_want_obj" "dw" (a, class) -> Word, Reads, fails: "An argument that must be an object of a class; borrowed.";
    [] "ny_array_new" "w" (capacity) -> Word, Reads: "An empty array.";
    [] "ny_array_push" "oD" (array, value) -> Nothing, Writes: "Adds a value to an array.";
    [] "ny_array_set" "oiD" (array, index, value) -> Bool, Writes: "Replaces an element of an array; whether there is such an index.";
    [] "ny_array_remove" "oi" (array, index) -> Any, Writes: "Removes an element of an array.";
    [] "ny_map_new" "" () -> Word, Reads: "An empty map.";
    [] "ny_map_set" "odD" (map, key, value) -> Nothing, Writes: "Stores a value in a map.";
    [] "ny_new" "ww" (class, slots) -> Word, Reads: "An instance of a class, its slots absent.";
    [] "ny_release" "o" (object) -> Nothing, Writes: "Gives up a reference.";
    [] "ny_free" "o" (object) -> Nothing, Writes: "Frees an object and what only it held.";
    [] "ny_free_tracked" "o" (object) -> Nothing, Writes: "The same, and the report of what is alive forgets them.";
    [] "ny_raise" "ws" (kind, message) -> Nothing, Writes, fails: "Raises an error.";
    [] "ny_refuse" "ds" (value, what) -> Nothing, Writes, fails: "Raises the error about a member that a value has not got.";
    [] "ny_throw" "d" (value) -> Nothing, Writes, fails: "`throw`.";
    [] "ny_rethrow" "D" (value) -> Nothing, Writes, fails: "Puts an error back in flight.";
    [] "ny_caught" "" () -> Any, Writes: "Takes the error in flight.";
    [] "ny_frame" "w" (site) -> Nothing, Writes: "A function is left because of an error.";
    [] "ny_uncaught" "" () -> Never, Writes: "The program ends with the error in flight.";
    [] "ny_stack_overflow" "w" (site) -> Never, Writes: "The program ends because recursion is too deep.";
    [] "ny_made" "ow" (object, site) -> Nothing, Writes: "Notes where an object was made (`--leak-report`).";
    [] "ny_made_val" "dw" (value, site) -> Nothing, Writes: "The same of a value that need not be an object.";
    [] "ny_let_go" "ww" (first, count) -> Nothing, Writes: "Gives up what fields of a static box hold.";
    [] "ny_leak_report" "" () -> Nothing, Writes: "Prints what is still alive.";
    [] "ny_panic" "dw" (message, site) -> Never, Writes: "The program ends with a message.";
}

/// Data of the runtime that emission reads or writes by symbol.
pub const DATA: &[&str] = &["ny_tag", "ny_pending", "ny_edition", "ny_classes"];
