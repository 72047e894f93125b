//! What every value answers.

use super::{Chapter, Effect, Gives, Receiver, Row};
use Gives::{Bool, Converted, Either, Target, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "Every value",
    about: "What every value answers; a box of the program may have methods of these names of its own.",
    programs: &["value"],
    rows: &[METHODS],
};

rows! {
    METHODS for Receiver::Any;
    ["toString", "stringify", "str", "to_string"] "ny_text" "d" () -> Text, Reads: "The text that `print` prints.";
    ["equals"] "ny_eq" "dd" (other) -> Bool, Reads: "Whether two values are equal, as `==` has it.";
    ["is"] "ny_is_type" "ds" (type_name) -> Bool, Reads: "Whether the value is of a type; `Box` at the end of the name may be left out.";
    ["as"] "ny_as_type" "ds" (type_name) -> Converted, Reads: "The value as an integer or float where it is a number and that is asked for; else the value itself.";
    ["is_null", "isNull"] "@is_null" "d" () -> Bool, Reads: "Whether the value is nothing.";
    ["is_not_null", "isNotNull"] "@is_not_null" "d" () -> Bool, Reads: "Whether the value is something.";
    ["weak_to_strong"] "ny_weak_get" "d" () -> Target, Reads: "What a weak reference leads to; null when it is gone. Any other value is itself.";
    ["get_or_default", "getOrDefault"] "ny_or_default" "dd" (other) -> Either, Reads: "The value, or another where it is nothing.";
    ["type_name", "typeName", "typeOf", "getType"] "ny_type_name" "d" () -> Text, Reads: "The name of the box that the value is of.";
}
