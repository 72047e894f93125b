//! StringBox: text as a sequence of code points.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Bool, Float, Int, Ints, Null, Object, OneOf, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "StringBox",
    about: "Text that never changes: a sequence of code points. All positions and lengths count code points, from 0.",
    programs: &["text"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["StringBox"] "ny_text" "d" (value) -> Text, Reads: "The text of a value.";
    ["StringBox"] "@text" "" () -> Text, Pure: "The empty text.";
}

rows! {
    METHODS for Receiver::Text;
    ["length", "len", "size"] "@str_len" "s" () -> Int, Pure: "The number of characters.";
    ["isEmpty", "is_empty"] "@str_is_empty" "s" () -> Bool, Pure: "Whether there are no characters.";
    ["get"] "ny_str_get" "si" (index) -> OneOf(&[Text, Null]), Pure: "The character at an index; nothing when there is none. `text[index]` is the same.";
    ["$index"] "ny_str_get" "si" (index) -> OneOf(&[Text, Null]), Pure: "`text[index]`: the character at an index, nothing when there is none.";
    ["charAt", "char_at", "at"] "ny_str_char_at" "si" (index) -> Text, Pure: "The character at an index; empty when there is none.";
    ["charCodeAt", "code_at", "codeAt", "ord_at"] "ny_str_code_at" "si" (index) -> Int, Pure: "The code point at an index; -1 when there is none.";
    ["substring", "slice", "substr"] "ny_str_substring" "sii" (from, to) -> Text, Pure, editions("A negative position is the end in the first edition, the start in the second."): "The characters from one position up to but not including another; positions outside are moved to the ends.";
    ["substring", "slice", "substr"] "ny_str_tail" "si" (from) -> Text, Pure: "The characters from a position to the end.";
    ["find", "indexOf", "index_of"] "ny_str_find" "ss" (part) -> Int, Pure: "Where a part begins for the first time; -1 when it does not occur.";
    ["find", "indexOf", "index_of"] "ny_str_find_from" "ssi" (part, from) -> Int, Pure: "Where a part begins for the first time at or after a position; -1 when it does not.";
    ["lastIndexOf", "last_index_of"] "ny_str_last" "ss" (part) -> Int, Pure: "Where a part begins for the last time; -1 when it does not occur.";
    ["lastIndexOf", "last_index_of"] "ny_str_last_from" "ssi" (part, from) -> Int, Pure: "Where a part begins for the last time at or before a position; -1 when it does not.";
    ["contains", "includes"] "ny_str_contains" "ss" (part) -> Bool, Pure: "Whether a part occurs.";
    ["startsWith", "starts_with"] "ny_str_starts" "ss" (part) -> Bool, Pure: "Whether the text begins with a part.";
    ["endsWith", "ends_with"] "ny_str_ends" "ss" (part) -> Bool, Pure: "Whether the text ends with a part.";
    ["replace", "replaceAll"] "ny_str_replace" "sss" (part, by) -> Text, Pure: "The text with every occurrence of a part replaced.";
    ["split"] "ny_str_split" "ss" (separator) -> Texts, Pure: "The pieces between the separators. An empty separator splits before and after every character.";
    ["trim"] "ny_str_trim" "s" () -> Text, Pure: "The text without white space at both ends.";
    ["padLeft", "pad_left", "padStart"] "ny_str_pad" "sis" (width, fill) -> Text, Pure, fixed(0): "The text with a fill before it, again and again, up to a width in characters.";
    ["padLeft", "pad_left", "padStart"] "ny_str_pad_spaces" "si" (width) -> Text, Pure, fixed(0): "The text with spaces before it up to a width in characters.";
    ["padRight", "pad_right", "padEnd"] "ny_str_pad" "sis" (width, fill) -> Text, Pure, fixed(1): "The text with a fill behind it, again and again, up to a width in characters.";
    ["padRight", "pad_right", "padEnd"] "ny_str_pad_spaces" "si" (width) -> Text, Pure, fixed(1): "The text with spaces behind it up to a width in characters.";
    ["trimStart", "trim_start", "trimLeft"] "ny_str_trim_side" "s" () -> Text, Pure, fixed(0): "The text without white space at its start.";
    ["trimEnd", "trim_end", "trimRight"] "ny_str_trim_side" "s" () -> Text, Pure, fixed(1): "The text without white space at its end.";
    ["lines"] "ny_str_lines" "s" () -> Texts, Pure: "The lines without their ends.";
    ["chars"] "ny_str_chars" "s" () -> Texts, Pure: "The characters as an array of texts.";
    ["codePoints", "code_points"] "ny_str_code_points" "s" () -> Ints, Pure: "The characters as an array of code points; `fromCodePoints` is the way back.";
    ["bytes"] "ny_str_bytes" "s" () -> Ints, Pure: "The bytes of the text in UTF-8.";
    ["count"] "ny_str_count" "ss" (part) -> Int, Pure: "How often a part occurs, without overlaps.";
    ["toUpper", "toUpperCase", "upper", "to_upper"] "ny_str_upper" "s" () -> Text, Pure: "The text in capitals.";
    ["toLower", "toLowerCase", "lower", "to_lower"] "ny_str_lower" "s" () -> Text, Pure: "The text in small letters.";
    ["toInteger", "toInt", "to_i64", "to_int"] "ny_str_to_int" "s" () -> Int, Pure: "The decimal integer that the trimmed text is; 0 when it is none.";
    ["toFloat", "to_float"] "ny_str_to_float" "s" () -> Float, Pure: "The number that the trimmed text is; 0 when it is none.";
    ["parseInteger", "parse_int", "parseInt"] "ny_str_parse_int" "s" () -> Object(class::RESULT), Pure: "`Ok` of the decimal integer that the whole trimmed text is; `Err` with a message when it is none.";
    ["parseInteger", "parse_int", "parseInt"] "ny_str_parse_int_radix" "si" (base) -> Object(class::RESULT), Pure: "`Ok` of the integer that the whole trimmed text is in a base from 2 to 36; `Err` with a message when it is none.";
    ["parseFloat", "parse_float"] "ny_str_parse_float" "s" () -> Object(class::RESULT), Pure: "`Ok` of the number that the whole trimmed text is; `Err` with a message when it is none.";
    ["concat"] "ny_str_append_val" "Sd" (value) -> Text, Reads: "The text followed by the text of a value.";
    ["repeat"] "ny_str_repeat" "si" (times) -> Text, Pure: "The text several times in a row; empty for a count below 1.";
    ["reverse"] "ny_str_reverse" "s" () -> Text, Pure: "The characters from the last to the first.";
    ["is_digit_char"] "ny_str_is_digit" "s" () -> Bool, Pure: "Whether the text is one character from 0 to 9.";
    ["is_hex_digit_char"] "ny_str_is_hex" "s" () -> Bool, Pure: "Whether the text is one hexadecimal digit.";
    ["is_alpha_char"] "ny_str_is_alpha" "s" () -> Bool, Pure: "Whether the text is one letter from A to Z or a to z, or an underscore.";
}
