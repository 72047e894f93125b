//! RegexBox: regular expressions.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Null, Object, OneOf, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "RegexBox",
    about: "Regular expressions in the syntax of Rust's `regex` crate: classes, `\\p{..}`, flags such as `(?i)`, captures, no look-around and no back references. The time that a search takes is in proportion to the text, whatever the pattern.",
    programs: &["regex"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["RegexBox"] "ny_make_regex" "s" (pattern) -> Object(class::REGEX), Reads, fails: "A regular expression; an error when the pattern is none.";
}

rows! {
    METHODS for Receiver::Class(class::REGEX);
    ["test", "isMatch"] "ny_regex_test" "os" (text) -> Bool, Reads: "Whether there is a match in a text.";
    ["find"] "ny_regex_find" "os" (text) -> OneOf(&[Text, Null]), Reads: "The first match in a text; null when there is none.";
    ["findAll"] "ny_regex_find_all" "os" (text) -> Texts, Reads: "All matches in a text.";
    ["captures"] "ny_regex_captures" "os" (text) -> Any, Reads: "The groups of the first match as an array, the whole match first, null for a group that takes no part; null when there is no match.";
    ["capturesAll", "captures_all"] "ny_regex_captures_all" "os" (text) -> Any, Reads: "The groups of all matches, an array for each.";
    ["pattern"] "ny_regex_pattern" "o" () -> Text, Reads: "The pattern.";
    ["replaceFirst", "replace_first"] "ny_regex_replace" "oss" (text, by) -> Text, Reads, fixed(1): "The text with the first match replaced; `$1` and `$name` stand for groups.";
    ["replace", "replaceAll"] "ny_regex_replace" "oss" (text, by) -> Text, Reads, fixed(0): "The text with all matches replaced; `$1` and `$name` stand for groups.";
    ["split"] "ny_regex_split" "os" (text) -> Texts, Reads: "The pieces between the matches.";
}
