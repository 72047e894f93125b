//! JSONBox: JSON documents.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Int, Null, Object, OneOf, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "JSONBox",
    about: "JSONBox, JsonDocBox and JsonNodeBox: a JSON document. Objects become maps, arrays arrays, numbers integers where they are whole.",
    programs: &["json"],
    rows: &[NEW, METHODS, DOC, NODE],
};

rows! {
    NEW for Receiver::New;
    ["JSONBox"] "ny_make_json_empty" "" () -> Object(class::JSON), Reads: "An empty object.";
    ["JSONBox"] "ny_make_json" "d" (text) -> Object(class::JSON), Reads, fails: "The document that a text is, an error when it is none; or a document around any other value.";
    ["JsonDocBox"] "ny_make_json_doc" "" () -> Object(class::JSON_DOC), Reads: "A document without contents, for `parse`.";
}

rows! {
    METHODS for Receiver::Class(class::JSON);
    ["parse"] "ny_json_parse" "od" (text) -> OneOf(&[Object(class::JSON), Text]), Reads: "The document that a text is; a text that begins with `Error parsing JSON: ` when it is none.";
    ["stringify"] "ny_json_text" "o" () -> Text, Reads, fails: "The document as compact JSON.";
    ["get"] "ny_json_get" "od" (key) -> Any, Reads: "The member of an object, or the element of an array; null when there is none.";
    ["has"] "ny_json_has" "od" (key) -> Bool, Reads: "Whether there is such a member or element.";
    ["keys"] "ny_json_keys" "o" () -> Texts, Reads: "The keys of an object, sorted.";
    ["set"] "ny_json_set" "odd" (key, value) -> Text, Writes: "Sets a member of an object; gives `ok`, or a text that says that the document is no object.";
    ["stringify", "encode"] "ny_json_stringify" "od" (value) -> Text, Reads, fails: "A value as compact JSON; `JSONBox.stringify(value)` needs no document.";
    ["pretty", "toPrettyJSON", "prettyPrint"] "ny_json_pretty" "d" () -> Text, Reads, fails: "The document with a line for each element and member.";
    ["toJSON", "toJson", "to_json"] "ny_json_text" "o" () -> Text, Reads, fails: "The document as compact JSON.";
    ["value", "toMap", "toArray", "unwrap"] "ny_json_value" "o" () -> Any, Reads: "The value: maps, arrays, texts, numbers, bools and null.";
    ["length", "size", "len"] "+json_length" "o" () -> Int, Reads: "How many elements or members there are.";
    ["isArray", "is_array"] "+json_isArray" "o" () -> Bool, Reads: "Whether it is an array.";
    ["isObject", "is_object"] "+json_isObject" "o" () -> Bool, Reads: "Whether it is an object.";
    ["remove", "delete"] "ny_json_remove" "od" (key) -> Bool, Writes: "Removes a member of an object; whether there was one.";
}

rows! {
    DOC for Receiver::Class(class::JSON_DOC);
    ["parse"] "ny_json_doc_parse" "os" (text) -> Bool, Writes: "Reads a text; whether it is JSON.";
    ["error"] "ny_json_doc_error" "o" () -> OneOf(&[Text, Null]), Reads: "What is wrong with the text; null when nothing is.";
    ["root"] "ny_json_doc_root" "o" () -> Object(class::JSON_NODE), Reads: "The whole document as a node.";
}

rows! {
    NODE for Receiver::Class(class::JSON_NODE);
    ["kind"] "ny_json_node_kind" "o" () -> Text, Reads: "`object`, `array`, `string`, `int`, `real`, `bool` or `null`.";
    ["get", "at"] "ny_json_node_get" "od" (key) -> Object(class::JSON_NODE), Reads: "The member under a key or the element at an index; a node of null when there is none.";
    ["size"] "ny_json_node_size" "o" () -> Int, Reads: "How many elements or members there are.";
    ["str"] "ny_json_node_str" "o" () -> Text, Reads: "The text; empty when it is none.";
    ["int"] "ny_json_node_int" "o" () -> Int, Reads: "The number as an integer; 0 when it is none.";
    ["bool"] "ny_json_node_bool" "o" () -> Bool, Reads: "The bool; `false` when it is none.";
    ["value"] "ny_json_value" "o" () -> Any, Reads: "The value.";
}
