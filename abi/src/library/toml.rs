//! TOMLBox: TOML documents.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Null, Object, OneOf, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "TOMLBox",
    about: "A TOML document. Tables become maps, arrays arrays; dates and times stay texts.",
    programs: &["toml"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["TOMLBox"] "ny_make_toml" "" () -> Object(class::TOML), Reads: "An empty document, for `parse`.";
}

rows! {
    METHODS for Receiver::Class(class::TOML);
    ["parse"] "ny_toml_parse" "os" (text) -> Bool, Writes: "Reads a text; whether it is TOML.";
    ["error"] "ny_toml_error" "o" () -> OneOf(&[Text, Null]), Reads: "What is wrong with the text, with line and column; null when nothing is.";
    ["get"] "ny_toml_get" "os" (path) -> Any, Reads: "What stands under keys and indices with dots between them; null when there is nothing.";
    ["has"] "ny_toml_has" "os" (path) -> Bool, Reads: "Whether there is something under a path.";
    ["value", "toMap", "root"] "ny_toml_value" "o" () -> Any, Reads: "The whole document as a map.";
    ["toJson", "toJSON", "to_json"] "ny_toml_json" "o" () -> Text, Reads, fails: "The document as compact JSON.";
    ["stringify"] "ny_toml_text" "o" () -> Text, Reads, fails: "The document as TOML.";
    ["stringify", "encode"] "ny_toml_stringify" "od" (map) -> Text, Reads, fails: "A map as TOML; what is null is left out.";
}
