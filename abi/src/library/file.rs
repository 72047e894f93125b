//! FileBox and PathBox: files and their names.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Int, Nothing, Null, Object, OneOf, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "FileBox",
    about: "Files in the folders that the program may reach, and PathBox for their names.",
    programs: &["file"],
    rows: &[NEW, FILE, PATH],
};

rows! {
    NEW for Receiver::New;
    ["FileBox"] "ny_make_file" "" () -> Object(class::FILE), Reads: "A file that is not open yet.";
    ["PathBox"] "ny_make_path" "" () -> Object(class::PATH), Reads: "Functions of paths.";
}

rows! {
    FILE for Receiver::Class(class::FILE);
    ["open"] "ny_file_open" "odd" (path, mode) -> Int, Writes: "Opens a file to read (`r`), write (`w`) or append (`a`); 1, or 0 when that is not possible.";
    ["open"] "ny_file_open_read" "od" (path) -> Int, Writes: "Opens a file to read; 1, or 0 when that is not possible.";
    ["read"] "ny_file_read" "o" () -> OneOf(&[Text, Null]), Reads: "The text of the file; null when it cannot be read.";
    ["readBytes"] "ny_file_bytes" "o" () -> Any, Reads: "The bytes of the file as an array of integers; null when it cannot be read.";
    ["write"] "ny_file_write" "od" (value) -> OneOf(&[Int, Null]), Writes: "Adds the text of a value; the number of bytes, null when it cannot be written.";
    ["close"] "ny_file_close" "o" () -> Nothing, Writes: "Closes the file.";
    ["exists"] "ny_file_exists" "od" (path) -> Bool, Reads: "Whether a file can be read.";
}

rows! {
    PATH for Receiver::Class(class::PATH);
    ["join"] "ny_path_join" "oss" (folder, name) -> Text, Pure: "A name in a folder.";
    ["normalize"] "ny_path_normalize" "os" (path) -> Text, Pure: "A path without `.`, `..` and doubled slashes.";
    ["dirname"] "ny_path_dirname" "os" (path) -> Text, Pure: "The folder of a path.";
    ["basename"] "ny_path_basename" "os" (path) -> Text, Pure: "The last part of a path.";
    ["extname"] "ny_path_extname" "os" (path) -> Text, Pure: "The ending of a file's name, with its dot.";
    ["isAbs"] "ny_path_is_abs" "os" (path) -> Bool, Pure: "Whether a path begins at the root.";
}
