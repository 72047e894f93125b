//! RegexBox: regular expressions.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Int, Null, Object, OneOf, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "RegexBox",
    about: "Regular expressions in the syntax of Rust's `regex` crate: classes, `\\p{..}`, flags such as `(?i)`, captures, no look-around and no back references. The time that a search takes is in proportion to the text, whatever the pattern.",
    programs: &["regex"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["RegexBox"] "ny_make_regex" "s" (pattern) -> Object(class::REGEX), Reads, fails: "A regular expression; an error when the pattern is none.";
    ["RegexBox"] "ny_make_regex_empty" "" () -> Object(class::REGEX), Reads: "The empty expression, for `compile`.";
    ["RegexBox"] "ny_make_regex_flags" "ss" (pattern, flags) -> Object(class::REGEX), Reads, fails: "A regular expression with flags: `i` capitals do not matter, `m` lines, `s` the dot matches line ends, `x` white space does not count.";
}

rows! {
    METHODS for Receiver::Class(class::REGEX);
    ["test", "isMatch", "matches"] "ny_regex_test" "os" (text) -> Bool, Reads: "Whether there is a match in a text.";
    ["find", "search", "first"] "ny_regex_find" "os" (text) -> OneOf(&[Text, Null]), Reads: "The first match in a text; null when there is none.";
    ["findAll"] "ny_regex_find_all" "os" (text) -> Texts, Reads: "All matches in a text.";
    ["captures", "match", "groups", "exec"] "ny_regex_captures" "os" (text) -> Any, Reads: "The groups of the first match as an array, the whole match first, null for a group that takes no part; null when there is no match.";
    ["capturesAll", "captures_all"] "ny_regex_captures_all" "os" (text) -> Any, Reads: "The groups of all matches, an array for each.";
    ["pattern", "source"] "ny_regex_pattern" "o" () -> Text, Reads: "The pattern.";
    ["replaceFirst", "replace_first"] "ny_regex_replace" "oss" (text, by) -> Text, Reads, fixed(1): "The text with the first match replaced; `$1` and `$name` stand for groups.";
    ["replace", "replaceAll", "replace_all"] "+regex_replaceBy" "osc" (text, by) -> Text, Runs, otherwise("replaceText"): "The text with all matches replaced by what a function makes of them, or by a text in which `$1` and `$name` stand for groups.";
    ["replaceText"] "ny_regex_replace" "oss" (text, by) -> Text, Reads, fixed(0): "The text with all matches replaced; `$1` and `$name` stand for groups.";
    ["split"] "ny_regex_split" "os" (text) -> Texts, Reads: "The pieces between the matches.";
    ["compile"] "ny_regex_compile" "os" (pattern) -> Bool, Writes, fails: "Takes another pattern; an error when it is none.";
    ["places", "matchRanges"] "ny_regex_places" "os" (text) -> Any, Reads: "Arrays of where each match begins and ends, in characters.";
    ["findIndex", "find_index", "indexOf"] "ny_regex_index" "os" (text) -> Int, Reads: "Where the first match begins; -1 when there is none.";
    ["count"] "+regex_count" "os" (text) -> Int, Reads: "How many matches there are.";
    ["namedCaptures", "named_captures", "namedGroups"] "ny_regex_named" "os" (text) -> Any, Reads: "A map of the groups with names of the first match; null when there is no match.";
    ["escape", "quote"] "ny_regex_escape" "os" (text) -> Text, Reads: "A pattern that matches just this text.";
}
