//! StringBox: text as a sequence of code points.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Bool, Float, Int, Ints, Null, Object, OneOf, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "StringBox",
    about: "Text that never changes: a sequence of code points. All positions and lengths count code points, from 0.",
    programs: &["text", "words", "codec"],
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
    ["isEmpty", "is_empty", "empty"] "@str_is_empty" "s" () -> Bool, Pure: "Whether there are no characters.";
    ["get"] "ny_str_get" "si" (index) -> OneOf(&[Text, Null]), Pure: "The character at an index; nothing when there is none. `text[index]` is the same.";
    ["$index"] "ny_str_get" "si" (index) -> OneOf(&[Text, Null]), Pure: "`text[index]`: the character at an index, nothing when there is none.";
    ["charAt", "char_at"] "ny_str_char_at" "si" (index) -> Text, Pure: "The character at an index; empty when there is none.";
    ["charCodeAt", "code_at", "codeAt", "ord_at", "codePointAt"] "ny_str_code_at" "si" (index) -> Int, Pure: "The code point at an index; -1 when there is none.";
    ["substring", "sub"] "ny_str_substring" "sii" (from, to) -> Text, Pure, editions("A negative position is the end in the first edition, the start in the second."): "The characters from one position up to but not including another; positions outside are moved to the ends.";
    ["substring", "substr", "sub"] "ny_str_tail" "si" (from) -> Text, Pure: "The characters from a position to the end.";
    ["find", "indexOf", "index_of"] "ny_str_find" "ss" (part) -> Int, Pure: "Where a part begins for the first time; -1 when it does not occur.";
    ["find", "indexOf", "index_of"] "ny_str_find_from" "ssi" (part, from) -> Int, Pure: "Where a part begins for the first time at or after a position; -1 when it does not.";
    ["lastIndexOf", "last_index_of", "rfind", "rindex"] "ny_str_last" "ss" (part) -> Int, Pure: "Where a part begins for the last time; -1 when it does not occur.";
    ["lastIndexOf", "last_index_of", "rfind", "rindex"] "ny_str_last_from" "ssi" (part, from) -> Int, Pure: "Where a part begins for the last time at or before a position; -1 when it does not.";
    ["contains", "includes", "has"] "ny_str_contains" "ss" (part) -> Bool, Pure: "Whether a part occurs.";
    ["startsWith", "starts_with", "hasPrefix"] "ny_str_starts" "ss" (part) -> Bool, Pure: "Whether the text begins with a part.";
    ["endsWith", "ends_with", "hasSuffix"] "ny_str_ends" "ss" (part) -> Bool, Pure: "Whether the text ends with a part.";
    ["replace", "replaceAll", "replace_all"] "ny_str_replace" "sss" (part, by) -> Text, Pure: "The text with every occurrence of a part replaced.";
    ["split"] "ny_str_split" "ss" (separator) -> Texts, Pure: "The pieces between the separators. An empty separator splits before and after every character.";
    ["trim", "strip"] "ny_str_trim" "s" () -> Text, Pure: "The text without white space at both ends.";
    ["padLeft", "pad_left", "padStart", "rjust", "pad_start"] "ny_str_pad" "sis" (width, fill) -> Text, Pure, fixed(0): "The text with a fill before it, again and again, up to a width in characters.";
    ["padLeft", "pad_left", "padStart", "rjust", "pad_start"] "ny_str_pad_spaces" "si" (width) -> Text, Pure, fixed(0): "The text with spaces before it up to a width in characters.";
    ["padRight", "pad_right", "padEnd", "ljust", "pad_end"] "ny_str_pad" "sis" (width, fill) -> Text, Pure, fixed(1): "The text with a fill behind it, again and again, up to a width in characters.";
    ["padRight", "pad_right", "padEnd", "ljust", "pad_end"] "ny_str_pad_spaces" "si" (width) -> Text, Pure, fixed(1): "The text with spaces behind it up to a width in characters.";
    ["trimStart", "trim_start", "trimLeft", "lstrip"] "ny_str_trim_side" "s" () -> Text, Pure, fixed(0): "The text without white space at its start.";
    ["trimEnd", "trim_end", "trimRight", "rstrip"] "ny_str_trim_side" "s" () -> Text, Pure, fixed(1): "The text without white space at its end.";
    ["lines", "splitLines", "splitlines", "split_lines"] "ny_str_lines" "s" () -> Texts, Pure: "The lines without their ends.";
    ["chars", "toArray", "toCharArray", "characters", "toList", "to_array"] "ny_str_chars" "s" () -> Texts, Pure: "The characters as an array of texts.";
    ["codePoints", "code_points"] "ny_str_code_points" "s" () -> Ints, Pure: "The characters as an array of code points; `fromCodePoints` is the way back.";
    ["bytes", "toBytes", "to_bytes", "toUtf8"] "ny_str_bytes" "s" () -> Ints, Pure: "The bytes of the text in UTF-8.";
    ["count"] "ny_str_count" "ss" (part) -> Int, Pure: "How often a part occurs, without overlaps.";
    ["toUpper", "toUpperCase", "upper", "to_upper", "uppercase", "toUppercase"] "ny_str_upper" "s" () -> Text, Pure: "The text in capitals.";
    ["toLower", "toLowerCase", "lower", "to_lower", "lowercase", "toLowercase"] "ny_str_lower" "s" () -> Text, Pure: "The text in small letters.";
    ["toInteger", "toInt", "to_i64", "to_int", "to_i", "toLong"] "ny_str_to_int" "s" () -> Int, Pure: "The decimal integer that the trimmed text is; 0 when it is none.";
    ["toFloat", "to_float", "toDouble", "to_f"] "ny_str_to_float" "s" () -> Float, Pure: "The number that the trimmed text is; 0 when it is none.";
    ["parseInteger", "parse_int", "parseInt"] "ny_str_parse_int" "s" () -> Object(class::RESULT), Pure: "`Ok` of the decimal integer that the whole trimmed text is; `Err` with a message when it is none.";
    ["parseInteger", "parse_int", "parseInt"] "ny_str_parse_int_radix" "si" (base) -> Object(class::RESULT), Pure: "`Ok` of the integer that the whole trimmed text is in a base from 2 to 36; `Err` with a message when it is none.";
    ["parseFloat", "parse_float"] "ny_str_parse_float" "s" () -> Object(class::RESULT), Pure: "`Ok` of the number that the whole trimmed text is; `Err` with a message when it is none.";
    ["concat", "append"] "ny_str_append_val" "Sd" (value) -> Text, Reads: "The text followed by the text of a value.";
    ["repeat", "times"] "ny_str_repeat" "si" (times) -> Text, Pure: "The text several times in a row; empty for a count below 1.";
    ["reverse", "reversed"] "ny_str_reverse" "s" () -> Text, Pure: "The characters from the last to the first.";
    ["is_digit_char"] "ny_str_is_digit" "s" () -> Bool, Pure: "Whether the text is one character from 0 to 9.";
    ["is_hex_digit_char"] "ny_str_is_hex" "s" () -> Bool, Pure: "Whether the text is one hexadecimal digit.";
    ["is_alpha_char"] "ny_str_is_alpha" "s" () -> Bool, Pure: "Whether the text is one letter from A to Z or a to z, or an underscore.";
    ["at"] "+text_fromEnd" "si" (index) -> Text, Pure: "The character at an index, from the end where it is negative; empty when there is none.";
    ["slice"] "+text_sliceFromEnd" "sii" (from, to) -> Text, Pure: "The characters from one position up to but not including another; negative positions count from the end.";
    ["slice"] "+text_sliceToEnd" "si" (from) -> Text, Pure: "The characters from a position to the end; a negative one counts from the end.";
    ["substr"] "+text_substr" "sii" (from, count) -> Text, Pure: "So many characters from a position on; a negative one counts from the end.";
    ["split"] "ny_str_split_most" "ssi" (separator, most) -> Texts, Pure: "At most so many pieces between the separators; the last one has all that is left.";
    ["words", "split"] "ny_str_words" "s" () -> Texts, Pure: "The parts between white space.";
    ["isBlank", "is_blank"] "ny_str_all" "s" () -> Bool, Pure, fixed(0): "Whether there is nothing but white space.";
    ["isDigit", "is_digit", "isNumeric", "is_numeric", "isdigit", "isDigits"] "ny_str_all" "s" () -> Bool, Pure, fixed(1): "Whether there are characters and all are digits from 0 to 9.";
    ["isAlpha", "is_alpha", "isLetter", "isalpha", "isLetters"] "ny_str_all" "s" () -> Bool, Pure, fixed(2): "Whether there are characters and all are letters.";
    ["isAlphanumeric", "is_alphanumeric", "isAlnum", "isalnum", "is_alnum"] "ny_str_all" "s" () -> Bool, Pure, fixed(3): "Whether there are characters and all are letters or digits.";
    ["isUpper", "is_upper", "isUpperCase", "isupper"] "ny_str_all" "s" () -> Bool, Pure, fixed(4): "Whether there are capitals and no small letters.";
    ["isLower", "is_lower", "isLowerCase", "islower"] "ny_str_all" "s" () -> Bool, Pure, fixed(5): "Whether there are small letters and no capitals.";
    ["isSpace", "is_space", "isWhitespace", "is_whitespace", "isspace"] "ny_str_all" "s" () -> Bool, Pure, fixed(6): "Whether there are characters and all are white space.";
    ["capitalize", "capitalise", "capitalized"] "+text_capitalize" "s" () -> Text, Pure: "The first character as a capital, the rest in small letters.";
    ["title", "titleCase", "toTitleCase", "title_case"] "ny_str_respell" "s" () -> Text, Pure, fixed(0): "Every word with a capital and small letters.";
    ["swapCase", "swapcase", "swap_case"] "ny_str_respell" "s" () -> Text, Pure, fixed(1): "Capitals as small letters and the other way round.";
    ["trim", "strip", "trimChars"] "ny_str_trim_of" "ss" (characters) -> Text, Pure, fixed(3): "The text without any of some characters at both ends.";
    ["trimStart", "trim_start", "trimLeft", "lstrip"] "ny_str_trim_of" "ss" (characters) -> Text, Pure, fixed(1): "The text without any of some characters at its start.";
    ["trimEnd", "trim_end", "trimRight", "rstrip"] "ny_str_trim_of" "ss" (characters) -> Text, Pure, fixed(2): "The text without any of some characters at its end.";
    ["compareTo", "compare", "compare_to", "localeCompare", "cmp"] "ny_str_order" "ss" (other) -> Int, Pure: "The order of code points: -1 where the text comes first, 0 where both are equal, else 1.";
    ["equalsIgnoreCase", "equals_ignore_case"] "+text_equalsIgnoreCase" "ss" (other) -> Bool, Pure: "Whether two texts are equal in small letters.";
    ["findAll", "find_all", "indices", "indexesOf", "allIndicesOf"] "ny_str_places" "ss" (part) -> Ints, Pure: "Where a part begins, each time, without overlaps.";
    ["replaceFirst", "replace_first", "replaceOnce"] "ny_str_replace_first" "sss" (part, by) -> Text, Pure: "The text with the first occurrence of a part replaced.";
    ["center", "padBoth", "centre"] "ny_str_center" "sis" (width, fill) -> Text, Pure: "The text with a fill on both sides up to a width; what is odd is on the right.";
    ["center", "padBoth", "centre"] "ny_str_center_spaces" "si" (width) -> Text, Pure: "The text with spaces on both sides up to a width.";
    ["hashCode", "hash", "hash_code"] "ny_str_hash_code" "s" () -> Int, Pure: "A number that depends on the text alone (FNV-1a).";
    ["ord", "code", "codePoint"] "ny_str_code_first" "s" () -> Int, Pure: "The code point of the first character; -1 when there is none.";
    ["first"] "+text_first" "s" () -> Text, Pure: "The first character; empty when there is none.";
    ["last"] "+text_last" "s" () -> Text, Pure: "The last character; empty when there is none.";
    ["take", "left", "first", "truncate"] "+text_take" "si" (n) -> Text, Pure: "The first characters.";
    ["drop", "skip"] "+text_drop" "si" (n) -> Text, Pure: "Everything behind the first characters.";
    ["takeLast", "right", "last", "take_last"] "+text_takeLast" "si" (n) -> Text, Pure: "The last characters.";
    ["dropLast", "drop_last", "chop"] "+text_dropLast" "si" (n) -> Text, Pure: "Everything before the last characters.";
    ["truncate", "ellipsize"] "+text_truncate" "sis" (width, end) -> Text, Pure: "The text where it is no longer than a width, else as much of it as fits before an end such as `..`.";
    ["insert"] "+text_insert" "sis" (index, part) -> Text, Pure: "The text with a part put in before an index.";
    ["remove", "removeAll"] "+text_remove" "ss" (part) -> Text, Pure: "The text without every occurrence of a part.";
    ["removePrefix", "remove_prefix", "stripPrefix", "trimPrefix", "removeprefix", "strip_prefix"] "+text_removePrefix" "ss" (prefix) -> Text, Pure: "The text without a beginning, where it has that.";
    ["removeSuffix", "remove_suffix", "stripSuffix", "trimSuffix", "removesuffix", "strip_suffix"] "+text_removeSuffix" "ss" (suffix) -> Text, Pure: "The text without an end, where it has that.";
    ["partition"] "+text_partition" "ss" (separator) -> Texts, Pure: "What is before the first separator, the separator, what is behind it.";
    ["splitOnce", "split_once"] "+text_splitOnce" "ss" (separator) -> Texts, Pure: "What is before and behind the first separator; the whole text where there is none.";
    ["before", "substringBefore"] "+text_before" "ss" (part) -> Text, Pure: "What is before the first occurrence of a part; the whole text where there is none.";
    ["after", "substringAfter"] "+text_after" "ss" (part) -> Text, Pure: "What is behind the first occurrence of a part; empty where there is none.";
    ["chunk", "chunks", "chunked"] "+text_chunk" "si" (size) -> Texts, Pure: "Pieces of so many characters; the last one may be shorter.";
    ["join"] "+text_join" "sa" (array) -> Text, Reads: "The texts of the elements of an array with this text between them.";
    ["zfill"] "+text_zfill" "si" (width) -> Text, Pure: "The text with zeros before its digits, up to a width.";
    ["toBool", "to_bool", "toBoolean"] "+text_toBool" "s" () -> Bool, Pure: "Whether the trimmed text is `true`, `yes`, `on` or `1`, in capitals or not.";
    ["toNumber", "to_number"] "+text_toNumber" "s" () -> OneOf(&[Int, Float]), Pure: "The integer or float that the trimmed text is; 0 when it is none.";
    ["matches", "match"] "+text_matches" "ss" (pattern) -> Bool, Pure: "Whether a regular expression matches somewhere.";
    ["formatAll", "format_all"] "ny_str_format" "sa" (values) -> Text, Reads, fails: "Every `{}` replaced by the text of the next element of an array; `{{` and `}}` are braces.";
    ["format"] "+text_format1" "sd" (a) -> Text, Reads: "`{}` replaced by the text of a value.";
    ["format"] "+text_format2" "sdd" (a, b) -> Text, Reads: "Every `{}` replaced by the text of the next value.";
    ["format"] "+text_format3" "sddd" (a, b, c) -> Text, Reads: "Every `{}` replaced by the text of the next value.";
    ["format"] "+text_format4" "sdddd" (a, b, c, d) -> Text, Reads: "Every `{}` replaced by the text of the next value.";
    ["forEach", "for_each", "each"] "+text_forEach" "sc" (f) -> Null, Runs: "Calls a function with each character and its index.";
    ["map"] "+text_map" "sc" (f) -> Text, Runs: "What a function makes of each character, one after the other.";
    ["filter"] "+text_filter" "sc" (f) -> Text, Runs: "The characters for which a function gives true.";
    ["any", "some"] "+text_any" "sc" (f) -> Bool, Runs: "Whether a function gives true for one character.";
    ["every", "all"] "+text_every" "sc" (f) -> Bool, Runs: "Whether a function gives true for all characters.";
    ["toBase64", "base64Encode", "to_base64", "base64"] "ny_encode" "d" () -> Text, Pure, fixed(0): "The text in Base64.";
    ["toBase64Url", "to_base64_url"] "ny_encode" "d" () -> Text, Pure, fixed(1): "The text in the Base64 of URLs and file names, without padding.";
    ["toHex", "hexEncode", "to_hex"] "ny_encode" "d" () -> Text, Pure, fixed(2): "The bytes of the text in hexadecimal.";
    ["urlEncode", "url_encode", "encodeURIComponent", "percentEncode"] "ny_encode" "d" () -> Text, Pure, fixed(3): "The text as a part of a URL: everything but letters, digits and `-._~` as `%XX`.";
    ["fromBase64", "base64Decode", "from_base64"] "ny_decode" "s" () -> Object(class::RESULT), Pure, fixed(0): "`Ok` of the text that is written in Base64, of either alphabet, with padding or without; `Err` when it is none.";
    ["fromHex", "hexDecode", "from_hex"] "ny_decode" "s" () -> Object(class::RESULT), Pure, fixed(2): "`Ok` of the text whose bytes are written in hexadecimal; `Err` when it is none.";
    ["urlDecode", "url_decode", "decodeURIComponent", "percentDecode"] "ny_decode" "s" () -> Object(class::RESULT), Pure, fixed(3): "`Ok` of the text that is written as a part of a URL; `Err` when it is none.";
    ["md5"] "ny_digest" "d" () -> Text, Pure, fixed(0): "The MD5 of the text in hexadecimal; not for secrets.";
    ["sha1"] "ny_digest" "d" () -> Text, Pure, fixed(1): "The SHA-1 of the text in hexadecimal; not for secrets.";
    ["sha256"] "ny_digest" "d" () -> Text, Pure, fixed(2): "The SHA-256 of the text in hexadecimal.";
    ["sha512"] "ny_digest" "d" () -> Text, Pure, fixed(3): "The SHA-512 of the text in hexadecimal.";
    ["crc32"] "ny_crc32" "d" () -> Int, Pure: "The CRC-32 of the text, as zip files have it.";
}
