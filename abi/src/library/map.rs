//! MapBox: values under text keys.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Done, Entry, EntryOr, Int, Pairs, Present, SameArray, Text, Texts};

pub static CHAPTER: Chapter = Chapter {
    title: "MapBox",
    about: "Values under text keys, written `%{\"a\" => 1}`. Any value serves as a key by its text. `keys`, `values` and JSON go in the order of the keys. A map is a reference.",
    programs: &["map", "entries"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["MapBox"] "@map" "" () -> Any, Writes: "An empty map; `%{}` is the same.";
}

rows! {
    METHODS for Receiver::Class(class::MAP);
    ["size", "length", "len", "count"] "@array_len" "o" () -> Int, Reads: "The number of entries.";
    ["isEmpty", "is_empty"] "@array_is_empty" "o" () -> Bool, Reads: "Whether there are no entries.";
    ["set", "put", "setS", "setValue", "store"] "ny_map_set_text" "odD" (key, value) -> Text, Writes, stores(2), unused("ny_map_set"): "Stores a value under a key; gives the text `Set key: ` and the key.";
    ["setField"] "ny_map_set_field" "odD" (name, value) -> Text, Writes, stores(2), editions("In the second edition a key that is no text stores nothing and gives `[map/bad-key] field name must be string`."): "Stores a value under a key, as `map.name = value` does it.";
    ["$set_index"] "ny_map_set_text" "odD" (key, value) -> Text, Writes, stores(2), unused("ny_map_set"): "`map[key] = value`: stores a value under a key.";
    ["get", "getS", "getValue"] "ny_map_get" "od" (key) -> Entry, Reads, editions("The text begins with `[map/missing] ` in the second edition."): "The value under a key; a text that ends in `Key not found: ` and the key when there is none.";
    ["$index"] "ny_map_get" "od" (key) -> Entry, Reads: "`map[key]`: the value under a key, a text that says so when there is none.";
    ["get_or", "getOr", "getOrDefault", "get", "get_or_default"] "ny_map_get_or" "odd" (key, other) -> EntryOr, Reads: "The value under a key, or another value where there is none.";
    ["getField"] "ny_map_get_field" "od" (name) -> Entry, Reads, editions("In the second edition a key that is no text gives `[map/bad-key] field name must be string`."): "The value under a key, as `map.name` reads it.";
    ["valueAt", "value_at"] "ny_map_value_at" "od" (key) -> Present, Reads, fails: "The value under a key; an error when there is none.";
    ["has", "containsKey", "hasKey", "contains", "has_key", "contains_key", "include"] "ny_map_has" "od" (key) -> Bool, Reads: "Whether there is a value under a key.";
    ["delete", "remove"] "ny_map_delete" "od" (key) -> Text, Writes: "Removes an entry; gives the text `Deleted key: ` or `Key not found: ` and the key.";
    ["keys", "keySet"] "ny_map_keys" "o" () -> Texts, Reads: "The keys, sorted.";
    ["values"] "ny_map_values" "o" () -> SameArray, Reads: "The values, in the order of their keys.";
    ["entries", "items", "toArray", "pairs", "to_array"] "ny_map_entries" "o" () -> Pairs, Reads: "Arrays of a key and its value, in the order of the keys.";
    ["merge", "putAll", "update", "extend"] "ny_map_merge" "om" (other) -> Done, Writes, spreads(1), editions("Gives the text `ok` in the first edition, null in the second."): "Stores the entries of another map; they win over those with the same key.";
    ["clear"] "ny_map_clear_text" "o" () -> Text, Writes: "Removes all entries; gives the text `Map cleared`.";
    ["containsValue", "hasValue", "has_value", "contains_value"] "ny_map_contains_value" "od" (value) -> Bool, Reads: "Whether a value equals this one.";
    ["toJSON", "toJson", "to_json"] "ny_map_json" "o" () -> Text, Reads, fails: "The map as JSON.";
    ["forEach", "for_each", "each"] "+map_forEach" "oc" (f) -> Text, Runs: "Calls a function with each key and value; gives the text `Iterated over n items`.";
    ["map"] "+map_map" "oc" (f) -> Gives::Array, Runs: "An array of what a function makes of each key and value.";
    ["mapValues", "map_values"] "+map_mapValues" "oc" (f) -> Any, Runs: "A new map of what a function makes of each value.";
    ["filter"] "+map_filter" "oc" (f) -> Any, Runs: "A new map of the entries for which a function of key and value gives true.";
    ["reduce", "fold"] "+map_reduce" "ocd" (f, start) -> Any, Runs: "What `f(sum, key, value)` makes of a start and all entries, one after the other.";
    ["any", "some"] "+map_any" "oc" (f) -> Bool, Runs: "Whether a function of key and value gives true for one entry.";
    ["every", "all"] "+map_every" "oc" (f) -> Bool, Runs: "Whether a function of key and value gives true for all entries.";
    ["none"] "+map_none" "oc" (f) -> Bool, Runs: "Whether a function of key and value gives true for no entry.";
    ["find", "detect"] "+map_find" "oc" (f) -> Any, Runs: "An array of the first key and value for which a function gives true; null when there is none.";
    ["count"] "+map_count" "oc" (f) -> Int, Runs: "For how many entries a function of key and value gives true.";
    ["reject", "filterNot"] "+map_reject" "oc" (f) -> Any, Runs: "A new map of the entries for which a function of key and value gives false.";
    ["mapKeys", "map_keys"] "+map_mapKeys" "oc" (f) -> Any, Runs: "A new map under what a function makes of each key.";
    ["getOrPut", "get_or_put", "computeIfAbsent", "getOrInsert"] "+map_getOrPut" "odc" (key, make) -> Any, Runs: "The value under a key; where there is none, what a function makes, which is stored.";
    ["setDefault", "set_default", "setdefault", "putIfAbsent"] "+map_setDefault" "odd" (key, value) -> Any, Writes: "The value under a key; where there is none, another one, which is stored.";
    ["pop", "take"] "+map_pop" "od" (key) -> Any, Writes: "Removes an entry and gives its value; null when there is none.";
    ["increment", "inc"] "+map_increment" "od" (key) -> Any, Writes: "Adds 1 to the number under a key, which is 0 where there is none; gives the sum.";
    ["increment", "inc", "addTo"] "+map_incrementBy" "odd" (key, by) -> Any, Writes: "Adds a number to the one under a key, which is 0 where there is none; gives the sum.";
    ["copy", "clone", "dup"] "+map_copy" "o" () -> Any, Reads: "A new map of the same entries.";
    ["invert", "inverted"] "+map_invert" "o" () -> Any, Reads: "A new map from the texts of the values to the keys.";
    ["pick", "only"] "+map_pick" "oa" (keys) -> Any, Reads: "A new map of the entries with some keys.";
    ["omit", "without"] "+map_omit" "oa" (keys) -> Any, Reads: "A new map of all entries but those with some keys.";
    ["toPrettyJSON", "toPrettyJson", "pretty"] "ny_json_pretty" "d" () -> Text, Reads, fails: "The map as JSON with a line for each entry.";
}
