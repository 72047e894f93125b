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
    ["FileBox"] "ny_file_at" "d" (path) -> Object(class::FILE), Reads: "A file with a path: `read` reads it, `write` replaces its text, `append` adds to it.";
    ["PathBox"] "ny_make_path" "" () -> Object(class::PATH), Reads: "Functions of paths.";
}

rows! {
    FILE for Receiver::Class(class::FILE);
    ["open"] "ny_file_open" "odd" (path, mode) -> Int, Writes: "Opens a file to read (`r`), write (`w`) or append (`a`); 1, or 0 when that is not possible.";
    ["open"] "ny_file_open_read" "od" (path) -> Int, Writes: "Opens a file to read; 1, or 0 when that is not possible.";
    ["read", "readAll", "read_all", "readText", "content"] "ny_file_read" "o" () -> OneOf(&[Text, Null]), Reads: "The text of the file; null when it cannot be read.";
    ["readBytes", "read_bytes"] "ny_file_bytes" "o" () -> Any, Reads: "The bytes of the file as an array of integers; null when it cannot be read.";
    ["write", "writeAll", "writeText"] "ny_file_write" "od" (value) -> OneOf(&[Int, Null]), Writes: "Adds the text of a value; the number of bytes, null when it cannot be written.";
    ["append", "appendText"] "ny_file_append" "od" (value) -> OneOf(&[Int, Null]), Writes: "Adds the text of a value at the end; the number of bytes, null when it cannot be written.";
    ["readLine", "read_line"] "ny_file_read_line" "o" () -> OneOf(&[Text, Null]), Writes: "The next line without its end; null behind the last one.";
    ["delete", "remove"] "ny_file_delete" "os" (path) -> Object(class::RESULT), Writes: "Deletes a file or an empty folder; `Ok` of the path, or `Err` with a message.";
    ["copy"] "ny_file_copy" "oss" (from, to) -> Object(class::RESULT), Writes: "Copies a file; `Ok` of the new path, or `Err` with a message.";
    ["rename", "move"] "ny_file_rename" "oss" (from, to) -> Object(class::RESULT), Writes: "Gives a file or folder another path; `Ok` of the old path, or `Err` with a message.";
    ["makeFolder", "mkdir", "createFolder", "mkdir_p", "createDirectory", "makeDirectory"] "ny_file_make_folder" "os" (path) -> Object(class::RESULT), Writes: "Makes a folder; `Ok` of its path, or `Err` with a message.";
    ["list", "listDir", "list_dir", "readDir", "entries"] "ny_file_list" "os" (folder) -> Object(class::RESULT), Reads: "`Ok` of the names in a folder, sorted, or `Err` with a message.";
    ["isFolder", "is_folder", "isDirectory", "is_directory", "isDir", "is_dir"] "ny_file_is_folder" "os" (path) -> Bool, Reads: "Whether there is a folder at a path.";
    ["size"] "ny_file_size" "os" (path) -> Object(class::RESULT), Reads: "`Ok` of the size of a file in bytes, or `Err` with a message.";
    ["close"] "ny_file_close" "o" () -> Nothing, Writes: "Closes the file.";
    ["exists"] "ny_file_exists_here" "o" () -> Bool, Reads: "Whether the file can be read.";
    ["exists"] "ny_file_exists" "od" (path) -> Bool, Reads: "Whether a file can be read.";
    ["lines", "readLines", "read_lines"] "+file_lines" "o" () -> Any, Reads: "The lines of the file; null when it cannot be read.";
    ["writeBytes", "write_bytes"] "ny_file_write_bytes" "oa" (bytes) -> OneOf(&[Int, Null]), Writes: "Replaces the file by an array of bytes; their number, null when it cannot be written.";
    ["writeLine", "write_line", "appendLine"] "+file_writeLine" "od" (value) -> OneOf(&[Int, Null]), Writes: "Adds the text of a value and a line end; the number of bytes, null when it cannot be written.";
    ["copyFrom", "copy_from"] "+file_copyFrom" "oo" (other) -> OneOf(&[Int, Null]), Writes: "Writes what another file has; the number of bytes, null when it cannot be written.";
    ["path", "getPath"] "ny_file_path" "o" () -> Text, Reads: "The path; empty when there is none.";
    ["delete", "remove"] "+file_deleteThis" "o" () -> Object(class::RESULT), Writes: "Deletes this file; `Ok` of its path, or `Err` with a message.";
    ["size", "length"] "+file_sizeThis" "o" () -> Object(class::RESULT), Reads: "`Ok` of the size of this file in bytes, or `Err` with a message.";
    ["isFile", "is_file"] "ny_file_is_file" "os" (path) -> Bool, Reads: "Whether there is a file at a path.";
}

rows! {
    PATH for Receiver::Class(class::PATH);
    ["join"] "ny_path_join" "oss" (folder, name) -> Text, Pure: "A name in a folder.";
    ["normalize"] "ny_path_normalize" "os" (path) -> Text, Pure: "A path without `.`, `..` and doubled slashes.";
    ["dirname", "parent", "dir"] "ny_path_dirname" "os" (path) -> Text, Pure: "The folder of a path.";
    ["basename", "name", "filename", "fileName"] "ny_path_basename" "os" (path) -> Text, Pure: "The last part of a path.";
    ["extname", "extension", "ext"] "ny_path_extname" "os" (path) -> Text, Pure: "The ending of a file's name, with its dot.";
    ["isAbs", "isAbsolute", "is_absolute"] "ny_path_is_abs" "os" (path) -> Bool, Pure: "Whether a path begins at the root.";
    ["join"] "+path_join3" "osss" (a, b, c) -> Text, Pure: "A name in a folder in a folder.";
    ["stem"] "+path_stem" "os" (path) -> Text, Pure: "The last part of a path without its ending.";
}
