//! RegexBox: regular expressions.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Bool, Null, Object, OneOf, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "RegexBox",
    about: "Regular expressions.",
    programs: &["regex"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["RegexBox"] "ny_make_regex" "s" (pattern) -> Object(class::REGEX), Reads, fails: "A regular expression; an error when the pattern is none.";
}

rows! {
    METHODS for Receiver::Class(class::REGEX);
    ["test"] "ny_regex_test" "os" (text) -> Bool, Reads: "Whether there is a match in a text.";
    ["find"] "ny_regex_find" "os" (text) -> OneOf(&[Text, Null]), Reads: "The first match in a text; null when there is none.";
    ["findAll"] "ny_regex_find_all" "os" (text) -> Texts, Reads: "All matches in a text.";
    ["replace"] "ny_regex_replace" "oss" (text, by) -> Text, Reads: "The text with all matches replaced; `$1` and `$name` stand for groups.";
    ["split"] "ny_regex_split" "os" (text) -> Texts, Reads: "The pieces between the matches.";
}
