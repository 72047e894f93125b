//! Functions without a receiver: those that programs can name, those behind `env`, and those that lowering asks for.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{
    Any, Arrow, Bool, Converted, Float, Int, Iterated, Never, Nothing, Null, Object, OneOf, Text, Texts, Weak,
};

pub static CHAPTER: Chapter = Chapter {
    title: "Functions",
    about: "Functions that need no receiver, those of the namespace `env`, and those of `string`, `integer`, `bool`, `array` and `console` after `using nyashstd`.",
    programs: &["functions", "shortcuts", "panic", "ends", "namespaces"],
    rows: &[FUNCTIONS, NEW, EXTERNS],
};

rows! {
    FUNCTIONS for Receiver::Function;
    ["print", "println"] "ny_print" "d" (value) -> Nothing, Writes: "Prints the text of a value as a line.";
    ["error", "eprint"] "ny_eprint" "d" (value) -> Nothing, Writes: "Prints the text of a value as a line to standard error.";
    ["isType"] "ny_is_type" "ds" (value, type_name) -> Bool, Reads: "Whether a value is of a type; `Box` at the end of the name may be left out.";
    ["asType"] "ny_as_type" "ds" (value, type_name) -> Converted, Reads: "The value as an integer or float where it is a number and that is asked for; else the value itself.";
    ["toString", "str"] "ny_text" "d" (value) -> Text, Reads: "The text of a value.";
    ["typeOf", "typeof", "type_of", "type_name"] "ny_type_name" "d" (value) -> Text, Reads: "The name of the box that a value is of.";
    ["chr"] "ny_chr" "i" (code_point) -> Text, Pure: "The character of a code point.";
    ["fromCodePoints", "from_code_points"] "ny_from_code_points" "a" (array) -> Text, Reads: "The text of an array of code points.";
    ["readLine", "input"] "ny_read_line" "" () -> OneOf(&[Text, Null]), Writes: "The next line of standard input without its end; null when there is none.";
    ["assert"] "ny_assert" "b" (condition) -> Nothing, Reads, fails: "An error when a condition does not hold.";
    ["assert"] "ny_assert_message" "bd" (condition, message) -> Nothing, Reads, fails: "An error with a message when a condition does not hold.";
    ["abs"] "ny_abs" "d" (x) -> OneOf(&[Int, Float, Text]), Pure: "A number without its sign, as `MathBox.abs`.";
    ["min"] "ny_min_max" "dd" (a, b) -> OneOf(&[Int, Float, Text]), Pure, fixed(-1): "The smaller of two numbers, as `MathBox.min`.";
    ["max"] "ny_min_max" "dd" (a, b) -> OneOf(&[Int, Float, Text]), Pure, fixed(1): "The larger of two numbers, as `MathBox.max`.";
    ["sqrt"] "@sqrt" "f" (x) -> Float, Pure, fails: "The square root; an error for negative numbers.";
    ["sin"] "ny_sin" "f" (x) -> Float, Pure: "The sine of an angle in radians.";
    ["cos"] "ny_cos" "f" (x) -> Float, Pure: "The cosine of an angle in radians.";
    ["tan"] "ny_tan" "f" (x) -> Float, Pure: "The tangent of an angle in radians.";
    ["floor"] "@floor" "f" (x) -> Int, Pure: "The next integer at or below.";
    ["ceil"] "@ceil" "f" (x) -> Int, Pure: "The next integer at or above.";
    ["round"] "ny_round" "f" (x) -> Int, Pure: "The nearest integer; halves go away from zero.";
    ["pow"] "ny_pow" "ff" (x, exponent) -> Float, Pure: "A number raised to a power.";
    ["exit"] "ny_exit" "i" (status) -> Never, Writes: "Ends the program with a status.";
    ["exit"] "@exit" "" () -> Never, Writes: "Ends the program with status 0.";
    ["panic"] "@panic" "d" (message) -> Never, Writes: "Ends the program with a message and status 1. `catch` does not see it.";
    ["panic"] "@panic_empty" "" () -> Never, Writes: "Ends the program with status 1.";
    ["Range", "range"] "ny_range_new" "ddd" (from, to, step) -> Object(class::RANGE), Reads: "The integers from one up to but not including another, in steps.";
    ["Range", "range"] "@range" "dd" (from, to) -> Object(class::RANGE), Reads: "The integers from one up to but not including another.";
    ["Ok"] "ny_ok" "d" (value) -> Object(class::RESULT), Reads: "The result of what went well.";
    ["Err"] "ny_err" "d" (error) -> Object(class::RESULT), Reads: "The result of what did not.";
    ["min"] "@min_of" "ddd*" (a, b, c) -> OneOf(&[Int, Float, Text]), Pure: "The smallest of several numbers.";
    ["max"] "@max_of" "ddd*" (a, b, c) -> OneOf(&[Int, Float, Text]), Pure: "The largest of several numbers.";
    ["log", "ln"] "ny_log" "f" (x) -> Float, Pure, fails: "The natural logarithm; an error for zero and negative numbers.";
    ["log10"] "ny_log10" "f" (x) -> Float, Pure, fails: "The logarithm to base 10; an error for zero and negative numbers.";
    ["log2"] "ny_log2" "f" (x) -> Float, Pure, fails: "The logarithm to base 2; an error for zero and negative numbers.";
    ["exp"] "ny_exp" "f" (x) -> Float, Pure: "e raised to a number.";
    ["trunc"] "ny_trunc" "f" (x) -> Int, Pure: "The integer part.";
    ["random"] "ny_math_random" "" () -> Float, Reads: "A random number from 0 up to but not including 1.";
    ["now_ms", "nowMs", "clock"] "ny_now_ms" "" () -> Int, Reads: "Milliseconds since the beginning of 1970.";
    ["sleep"] "ny_sleep" "i" (milliseconds) -> Nothing, Writes: "Waits.";
    ["int", "toInt", "parseInt", "Int", "Integer"] "ny_to_int" "d" (value) -> Int, Reads, fails: "The integer that a value or its text is, of a float its integer part; an error when it is none.";
    ["float", "toFloat", "parseFloat", "Float"] "ny_to_float" "d" (value) -> Float, Reads, fails: "The float that a value or its text is; an error when it is none.";
    ["bool", "toBool"] "ny_to_bool" "d" (value) -> Bool, Reads, fails: "The bool that a value or its text is; an error when it is none.";
    ["len", "length"] "@.length" "d" (value) -> Int, Reads: "The length of a text, an array, a map or whatever has one.";
    ["ord"] "@.ord" "d" (text) -> Int, Reads: "The code point of the first character of a text.";
    ["sum"] "@.sum" "d" (values) -> Any, Reads: "The sum of an array or range.";
    ["sorted"] "@.sorted" "d" (array) -> Any, Reads: "A new array of the same elements, sorted.";
    ["reversed"] "@.reversed" "d" (values) -> Any, Reads: "The elements or characters from the last to the first.";
    ["enumerate"] "@.enumerate" "d" (array) -> Any, Reads: "Arrays of an index and its element.";
    ["zip"] "@.zip" "dd" (array, other) -> Any, Reads: "Pairs of the elements of two arrays.";
    ["map"] "@.map" "dd" (values, f) -> Any, Runs: "An array of what a function makes of each element.";
    ["filter"] "@.filter" "dd" (values, f) -> Any, Runs: "An array of the elements for which a function gives true.";
    ["any"] "@.any" "dd" (values, f) -> Any, Runs: "Whether a function gives true for one element.";
    ["all"] "@.every" "dd" (values, f) -> Any, Runs: "Whether a function gives true for all elements.";
    ["range"] "@range_to" "d" (to) -> Object(class::RANGE), Reads: "The integers from 0 up to but not including one.";
}

rows! {
    NEW for Receiver::New;
    ["RangeBox"] "ny_range_new" "ddd" (from, to, step) -> Object(class::RANGE), Reads: "The integers from one up to but not including another, in steps.";
    ["RangeBox"] "@range" "dd" (from, to) -> Object(class::RANGE), Reads: "The integers from one up to but not including another.";
}

rows! {
    EXTERNS for Receiver::Extern;
    ["Result.Ok"] "ny_ok" "d" (value) -> Object(class::RESULT), Reads: "The result of what went well.";
    ["Result.Err"] "ny_err" "d" (error) -> Object(class::RESULT), Reads: "The result of what did not.";
    ["env.get"] "ny_env_get" "s" (name) -> OneOf(&[Text, Null]), Reads: "A variable of the environment; null when it is not set.";
    ["env.set"] "ny_env_set" "sd" (name, value) -> Nothing, Writes: "Sets a variable for `env.get` of this program.";
    ["string.create"] "ny_text" "d" (value) -> Text, Reads: "The text of a value.";
    ["string.upper"] "@upper" "s" (text) -> Text, Pure: "A text in capitals.";
    ["integer.create"] "ny_to_int" "d" (value) -> Int, Reads, fails: "The integer that a value or its text is; an error when it is none.";
    ["bool.create"] "ny_to_bool" "d" (value) -> Bool, Reads, fails: "The bool that a value or its text is; an error when it is none.";
    ["array.create"] "@array" "" () -> Gives::Array, Writes: "An empty array.";
    ["env.now_ms", "env.now_ms/0"] "ny_now_ms" "" () -> Int, Reads: "Milliseconds since the beginning of 1970.";
    ["console.log", "env.console.log", "console.println", "console.print", "console.info"] "@console" "d*" (values) -> Nothing, Writes, fixed(3): "Prints the texts of the values with spaces between them as a line.";
    ["console.warn", "console.error", "env.console.warn", "env.console.error"] "ny_eprint" "d" (value) -> Nothing, Writes: "Prints the text of a value as a line to standard error.";
    ["console.clear"] "ny_console_clear" "" () -> Nothing, Writes: "Prints `[Console CLEAR]`.";
    ["console.readLine", "console.input"] "ny_read_line" "" () -> OneOf(&[Text, Null]), Writes: "The next line of standard input without its end; null when there is none.";
    ["env.future.delay"] "ny_future_delay" "i" (milliseconds) -> Object(class::FUTURE), Writes: "Waits, and gives a future that is ready.";
}

rows! {
    /// What lowering asks for by name.
    INTERNAL for Receiver::Internal;
    ["$weak"] "ny_weak_new" "d" (value) -> Weak, Reads: "A weak reference to a value.";
    ["$finalise"] "ny_finalise" "o" (object) -> Bool, Writes: "Marks an object; whether that is new.";
    ["$args"] "ny_args" "" () -> Texts, Reads: "The arguments of the program.";
    ["$future"] "ny_future_new" "d" (value) -> Object(class::FUTURE), Reads: "A future with a value.";
    ["$failed"] "ny_future_failed" "d" (error) -> Object(class::FUTURE), Reads: "A future with an error.";
    ["$await"] "ny_await" "d" (future) -> Any, Reads, fails: "The value of a future.";
    ["$exit_code"] "ny_exit_code" "d" (value) -> Int, Reads: "The status that the value of `main` stands for.";
    ["$print_result"] "ny_print_result" "d" (value) -> Nothing, Writes: "Prints the value of the program.";
    ["$iterate"] "ny_iterate" "d" (value) -> Iterated, Reads, fails: "What a `for` goes over.";
    ["$method_object"] "ny_method_object" "d" (method) -> Any, Reads: "The object of a MethodBox.";
    ["$method_name"] "ny_method_name" "d" (method) -> Text, Reads: "The name in a MethodBox.";
    ["$arrow"] "@arrow" "dds" (left, right, name) -> Arrow, Reads: "`a >> b` in the first edition, with the name of `b`.";
}
