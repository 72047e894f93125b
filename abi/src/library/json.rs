//! JSONBox: JSON documents.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Object, OneOf, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "JSONBox",
    about: "A JSON document. Objects become maps, arrays arrays, numbers integers where they are whole.",
    programs: &["json"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["JSONBox"] "ny_make_json_empty" "" () -> Object(class::JSON), Reads: "An empty object.";
    ["JSONBox"] "ny_make_json" "d" (text) -> Object(class::JSON), Reads, fails: "The document that a text is, an error when it is none; or a document around any other value.";
}

rows! {
    METHODS for Receiver::Class(class::JSON);
    ["parse"] "ny_json_parse" "od" (text) -> OneOf(&[Object(class::JSON), Text]), Reads: "The document that a text is; a text that begins with `Error parsing JSON: ` when it is none.";
    ["stringify"] "ny_json_text" "o" () -> Text, Reads: "The document as compact JSON.";
    ["get"] "ny_json_get" "od" (key) -> Any, Reads: "The member of an object, or the element of an array; null when there is none.";
    ["has"] "ny_json_has" "od" (key) -> Bool, Reads: "Whether there is such a member or element.";
    ["keys"] "ny_json_keys" "o" () -> Texts, Reads: "The keys of an object, sorted.";
    ["set"] "ny_json_set" "odd" (key, value) -> Text, Writes: "Sets a member of an object; gives `ok`, or a text that says that the document is no object.";
}
