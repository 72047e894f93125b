//! BufferBox and StreamBox: bytes.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Bool, Done, Int, Ints, Nothing, Object};

pub static CHAPTER: Chapter = Chapter {
    title: "BufferBox",
    about: "Bytes: BufferBox is a queue of them, StreamBox has a position to read from, EncodingBox gives them other forms.",
    programs: &["buffer"],
    rows: &[NEW, BUFFER, STREAM, ENCODING],
};

rows! {
    NEW for Receiver::New;
    ["BufferBox"] "ny_make_buffer" "" () -> Object(class::BUFFER), Reads: "An empty buffer.";
    ["StreamBox"] "ny_make_stream" "" () -> Object(class::STREAM), Reads: "An empty stream.";
    ["EncodingBox"] "ny_make_encoding" "" () -> Object(class::ENCODING), Reads: "Texts and bytes in other forms.";
}

rows! {
    BUFFER for Receiver::Class(class::BUFFER);
    ["write"] "ny_buffer_write" "od" (bytes) -> Int, Writes: "Appends an array of integers from 0 to 255 or another buffer, and leaves out what is no byte; gives the new length.";
    ["readAll"] "ny_buffer_all" "o" () -> Ints, Reads: "All bytes as an array.";
    ["read"] "ny_buffer_read" "oi" (count) -> Ints, Writes: "Removes the first bytes and gives them.";
    ["append"] "ny_buffer_append" "od" (buffer) -> Int, Writes: "Appends another buffer; gives the new length.";
    ["slice"] "ny_buffer_slice" "oii" (from, to) -> Object(class::BUFFER), Reads: "A new buffer of the bytes from one index up to but not including another.";
    ["clear"] "ny_buffer_clear" "o" () -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Removes all bytes.";
    ["length", "size"] "ny_buffer_length" "o" () -> Int, Reads: "The number of bytes.";
    ["is_shared_with"] "ny_buffer_shared" "od" (other) -> Bool, Reads: "Whether another buffer has the same bytes in common.";
    ["share_reference"] "ny_buffer_share" "od" (other) -> Object(class::BUFFER), Reads: "Another buffer over the same bytes.";
    ["memory_footprint"] "ny_buffer_footprint" "o" () -> Int, Reads: "The number of bytes and 40.";
    ["toText", "to_text", "asText", "readText"] "ny_buffer_text" "o" () -> Gives::Text, Reads: "The bytes as a text; what is not UTF-8 becomes U+FFFD.";
    ["get", "at"] "ny_buffer_get" "oi" (index) -> Gives::OneOf(&[Int, Gives::Null]), Reads: "The byte at an index; null when there is none.";
    ["set"] "ny_buffer_set" "oii" (index, value) -> Bool, Writes: "Replaces the byte at an index; whether there is one and the value is a byte.";
    ["isEmpty", "is_empty"] "+buffer_isEmpty" "o" () -> Bool, Reads: "Whether there are no bytes.";
}

rows! {
    STREAM for Receiver::Class(class::STREAM);
    ["write"] "ny_stream_write" "od" (bytes) -> Nothing, Writes: "Appends the bytes of a text, an array or a buffer.";
    ["read"] "ny_stream_read" "oi" (count) -> Object(class::BUFFER), Writes: "The next bytes, at most so many.";
    ["position"] "ny_stream_position" "o" () -> Int, Reads: "Where the next byte is read.";
    ["length"] "ny_stream_length" "o" () -> Int, Reads: "The number of bytes.";
    ["reset"] "ny_stream_reset" "o" () -> Nothing, Writes: "Reads from the beginning again.";
}

rows! {
    ENCODING for Receiver::Class(class::ENCODING);
    ["toUtf8Bytes"] "ny_utf8_bytes" "os" (text) -> Ints, Pure: "The bytes of a text in UTF-8.";
    ["fromUtf8Bytes"] "ny_utf8_text" "oa" (bytes) -> Gives::Text, Reads: "The text of an array of bytes; what is not UTF-8 becomes U+FFFD.";
    ["base64Encode"] "ny_encode_box" "od" (value) -> Gives::Text, Reads, fixed(0): "A text, an array of bytes or a buffer in Base64.";
    ["base64Decode"] "ny_decode_any" "os" (text) -> Gives::OneOf(&[Gives::Text, Ints]), Pure, fixed(0): "The text, or the array of bytes, that is written in Base64; empty when it is none.";
    ["hexEncode"] "ny_encode_box" "od" (value) -> Gives::Text, Reads, fixed(2): "A text, an array of bytes or a buffer in hexadecimal.";
    ["hexDecode"] "ny_decode_any" "os" (text) -> Gives::OneOf(&[Gives::Text, Ints]), Pure, fixed(2): "The text, or the array of bytes, that is written in hexadecimal; empty when it is none.";
}
