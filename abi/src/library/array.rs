//! ArrayBox: a growable sequence of values.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Array, Bool, Done, Element, Float, Int, Null, OneOf, Present, SameArray, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "ArrayBox",
    about: "A growable sequence of values, written `[1, 2, 3]`. An array is a reference: what one name changes, another sees.",
    programs: &["array"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["ArrayBox"] "@array" "" () -> Array, Writes: "An empty array; `[]` is the same.";
}

rows! {
    METHODS for Receiver::Class(class::ARRAY);
    ["length", "len", "size"] "@array_len" "o" () -> Int, Reads: "The number of elements.";
    ["isEmpty", "is_empty"] "@array_is_empty" "o" () -> Bool, Reads: "Whether there are no elements.";
    ["push", "append", "add"] "@array_push" "oD" (value) -> Done, Writes, stores(1), editions("Gives the text `ok` in the first edition, null in the second."): "Adds a value at the end.";
    ["get", "at"] "@array_get" "oi" (index) -> Element, Reads: "The element at an index; null when there is none.";
    ["$index"] "@array_get" "oi" (index) -> Element, Reads: "`array[index]`: the element at an index, null when there is none.";
    ["set"] "@array_set" "oiD" (index, value) -> Done, Writes, stores(2), fails_in_second, editions("In the first edition it gives `ok`, or a text that says that there is no such index; in the second it gives null, the index after the last adds a value, and any other is an error."): "Replaces the element at an index.";
    ["$set_index"] "@array_set_index" "oiD" (index, value) -> Done, Writes, fails, stores(2): "`array[index] = value`: replaces the element at an index, an error when there is none.";
    ["pop"] "ny_array_pop" "o" () -> Element, Writes: "Removes the last element and gives it; null when there is none.";
    ["remove", "removeAt"] "ny_array_remove" "oi" (index) -> Element, Writes: "Removes the element at an index and gives it; null when there is none.";
    ["shift"] "@array_shift" "o" () -> Element, Writes: "Removes the first element and gives it; null when there is none.";
    ["unshift", "prepend"] "ny_array_unshift" "oD" (value) -> Done, Writes, stores(1), editions("Gives the text `ok` in the first edition, null in the second."): "Puts a value before the first element.";
    ["first"] "ny_array_first" "o" () -> Element, Reads: "The first element; null when there is none.";
    ["last"] "ny_array_last" "o" () -> Element, Reads: "The last element; null when there is none.";
    ["copy", "clone"] "ny_array_copy" "o" () -> SameArray, Reads: "A new array of the same elements.";
    ["fill"] "ny_array_fill" "od" (value) -> Done, Writes, stores(1), editions("Gives the text `ok` in the first edition, null in the second."): "Replaces every element by a value.";
    ["extend", "pushAll"] "ny_array_extend" "oa" (other) -> Done, Writes, spreads(1), editions("Gives the text `ok` in the first edition, null in the second."): "Adds the elements of another array at the end.";
    ["sum"] "ny_array_sum" "o" () -> OneOf(&[Int, Float]), Reads, fails: "The sum of numbers, 0 of none; an error when an element is no number.";
    ["min"] "ny_array_extreme" "o" () -> Element, Reads, fails, fixed(-1): "The smallest of numbers or of texts, null of none; an error when they have no order.";
    ["max"] "ny_array_extreme" "o" () -> Element, Reads, fails, fixed(1): "The largest of numbers or of texts, null of none; an error when they have no order.";
    ["lastIndexOf", "last_index_of"] "ny_array_last_index_of" "od" (value) -> Int, Reads: "The index of the last element that equals a value; -1 when there is none.";
    ["insert"] "ny_array_insert" "oiD" (index, value) -> Bool, Writes, stores(2): "Puts a value before the element at an index; whether there is such a place.";
    ["indexOf", "index_of"] "ny_array_index_of" "od" (value) -> Int, Reads: "The index of the first element that equals a value; -1 when there is none.";
    ["contains", "includes", "has"] "ny_array_contains" "od" (value) -> Bool, Reads: "Whether an element equals a value.";
    ["find"] "+array_find" "oc" (f) -> Element, Runs, otherwise("indexOf"): "The first element for which a function gives true, null when there is none; with any other value the same as `indexOf`.";
    ["findIndex", "find_index"] "+array_findIndex" "oc" (f) -> Int, Runs: "The index of the first element for which a function gives true; -1 when there is none.";
    ["forEach", "for_each", "each"] "+array_forEach" "oc" (f) -> Null, Runs: "Calls a function with each element.";
    ["map"] "+array_map" "oc" (f) -> Array, Runs: "A new array of what a function makes of each element.";
    ["flatMap", "flat_map"] "+array_flatMap" "oc" (f) -> Array, Runs: "A new array of the elements of the arrays that a function makes of each element.";
    ["filter"] "+array_filter" "oc" (f) -> SameArray, Runs: "A new array of the elements for which a function gives true.";
    ["reduce", "fold"] "+array_reduce" "ocd" (f, start) -> Any, Runs: "What `f(sum, x)` makes of a start and all elements, one after the other.";
    ["reduce", "fold"] "+array_reduceFirst" "oc" (f) -> Any, Runs: "What `f(sum, x)` makes of the first element and all others; null when there is none.";
    ["any", "some"] "+array_any" "oc" (f) -> Bool, Runs: "Whether a function gives true for one element.";
    ["every", "all"] "+array_every" "oc" (f) -> Bool, Runs: "Whether a function gives true for all elements.";
    ["count"] "+array_count" "oc" (f) -> Int, Runs: "For how many elements a function gives true.";
    ["groupBy", "group_by"] "+array_groupBy" "oc" (f) -> Any, Runs: "A map from what a function makes of the elements to arrays of them.";
    ["zip"] "+array_zip" "oa" (other) -> Array, Runs: "A new array of pairs of the elements of both, as long as the shorter.";
    ["sort"] "+array_sort" "oc" (before) -> SameArray, Runs: "Sorts in place: `before(a, b)` gives true or a negative number where `a` comes first; equal elements keep their order. Gives the array.";
    ["sortBy", "sort_by"] "+array_sortBy" "oc" (key) -> SameArray, Runs: "Sorts in place by what a function makes of the elements; equal elements keep their order. Gives the array.";
    ["elementAt", "element_at"] "ny_array_element_at" "oi" (index) -> Present, Reads, fails: "The element at an index; an error when there is none.";
    ["clear"] "ny_array_clear" "o" () -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Removes all elements.";
    ["sort"] "ny_array_sort" "o" () -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Sorts in place: numbers by value, everything else by its text; equal elements keep their order.";
    ["reverse"] "ny_array_reverse" "o" () -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Turns the order around, in place.";
    ["slice"] "ny_array_slice" "oii" (from, to) -> SameArray, Reads: "A new array of the elements from one index up to but not including another; a negative end is the length.";
    ["slice"] "ny_array_tail" "oi" (from) -> SameArray, Reads: "A new array of the elements from an index on.";
    ["concat"] "ny_array_concat" "oa" (other) -> Array, Reads: "A new array of the elements of both.";
    ["join"] "ny_array_join" "os" (separator) -> Text, Reads: "The texts of the elements with a separator between them.";
    ["toJSON", "toJson"] "ny_to_json" "d" () -> Text, Reads: "The array as JSON.";
}
