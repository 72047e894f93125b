//! ConsoleBox: the terminal.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Nothing, Null, Object, OneOf, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "ConsoleBox",
    about: "The terminal: standard output and standard input.",
    programs: &["console"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["ConsoleBox"] "ny_make_console" "" () -> Object(class::CONSOLE), Reads: "The console.";
}

rows! {
    METHODS for Receiver::Class(class::CONSOLE);
    ["log", "println"] "@console" "d*" (values) -> Nothing, Writes, fixed(0): "Prints the texts of the values with spaces between them, after `[Console LOG] `.";
    ["warn"] "@console" "d*" (values) -> Nothing, Writes, fixed(1): "Prints the texts of the values with spaces between them, after `[Console WARN] `.";
    ["error"] "@console" "d*" (values) -> Nothing, Writes, fixed(2): "Prints the texts of the values with spaces between them, after `[Console ERROR] `.";
    ["print"] "@console" "d*" (values) -> Nothing, Writes, fixed(3): "Prints the texts of the values with spaces between them as a line.";
    ["write"] "ny_write" "d" (value) -> Nothing, Writes: "Prints the text of a value without ending the line.";
    ["clear"] "ny_console_clear" "" () -> Nothing, Writes: "Prints `[Console CLEAR]`.";
    ["readLine", "read_line", "input", "read"] "ny_read_line" "" () -> OneOf(&[Text, Null]), Writes: "The next line of standard input without its end; null when there is none.";
    ["readAll", "read_all"] "ny_read_all" "" () -> Text, Writes: "All that is left of standard input.";
    ["info"] "@console" "d*" (values) -> Nothing, Writes, fixed(4): "Prints the texts of the values with spaces between them, after `[Console INFO] `.";
    ["debug"] "@console" "d*" (values) -> Nothing, Writes, fixed(5): "Prints the texts of the values with spaces between them, after `[Console DEBUG] `.";
    ["group"] "ny_console_group" "d" (title) -> Nothing, Writes: "Prints a title; what is logged until `groupEnd` is indented.";
    ["groupEnd", "group_end"] "ny_console_group_end" "" () -> Nothing, Writes: "Ends what `group` began.";
}
