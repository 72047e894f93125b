//! ArrayBox: a growable sequence of values.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Array, Bool, Done, Element, Float, Int, Null, OneOf, Present, SameArray, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "ArrayBox",
    about: "A growable sequence of values, written `[1, 2, 3]`. An array is a reference: what one name changes, another sees.",
    programs: &["array", "sequences"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["ArrayBox"] "@array" "" () -> Array, Writes: "An empty array; `[]` is the same.";
    ["ArrayBox"] "@array_sized" "i" (length) -> Array, Writes: "An array of so many nulls.";
}

rows! {
    METHODS for Receiver::Class(class::ARRAY);
    ["length", "len", "size", "count"] "@array_len" "o" () -> Int, Reads: "The number of elements.";
    ["isEmpty", "is_empty"] "@array_is_empty" "o" () -> Bool, Reads: "Whether there are no elements.";
    ["push", "append", "add", "push_back"] "@array_push" "oD" (value) -> Done, Writes, stores(1), editions("Gives the text `ok` in the first edition, null in the second."): "Adds a value at the end.";
    ["get"] "@array_get" "oi" (index) -> Element, Reads: "The element at an index; null when there is none.";
    ["$index"] "@array_get" "oi" (index) -> Element, Reads: "`array[index]`: the element at an index, null when there is none.";
    ["set"] "@array_set" "oiD" (index, value) -> Done, Writes, stores(2), fails_in_second, editions("In the first edition it gives `ok`, or a text that says that there is no such index; in the second it gives null, the index after the last adds a value, and any other is an error."): "Replaces the element at an index.";
    ["$set_index"] "@array_set_index" "oiD" (index, value) -> Done, Writes, fails, stores(2): "`array[index] = value`: replaces the element at an index, an error when there is none.";
    ["pop"] "ny_array_pop" "o" () -> Element, Writes: "Removes the last element and gives it; null when there is none.";
    ["remove", "removeAt", "remove_at"] "ny_array_remove" "oi" (index) -> Element, Writes: "Removes the element at an index and gives it; null when there is none.";
    ["shift"] "@array_shift" "o" () -> Element, Writes: "Removes the first element and gives it; null when there is none.";
    ["unshift", "prepend"] "ny_array_unshift" "oD" (value) -> Done, Writes, stores(1), editions("Gives the text `ok` in the first edition, null in the second."): "Puts a value before the first element.";
    ["first", "head", "front"] "ny_array_first" "o" () -> Element, Reads: "The first element; null when there is none.";
    ["last", "back"] "ny_array_last" "o" () -> Element, Reads: "The last element; null when there is none.";
    ["copy", "clone", "dup", "toArray"] "ny_array_copy" "o" () -> SameArray, Reads: "A new array of the same elements.";
    ["fill"] "ny_array_fill" "od" (value) -> Done, Writes, stores(1), editions("Gives the text `ok` in the first edition, null in the second."): "Replaces every element by a value.";
    ["extend", "pushAll", "addAll", "append_all", "concat_in_place", "appendAll", "push_all"] "ny_array_extend" "oa" (other) -> Done, Writes, spreads(1), editions("Gives the text `ok` in the first edition, null in the second."): "Adds the elements of another array at the end.";
    ["sum"] "ny_array_sum" "o" () -> OneOf(&[Int, Float]), Reads, fails: "The sum of numbers, 0 of none; an error when an element is no number.";
    ["min"] "ny_array_extreme" "o" () -> Element, Reads, fails, fixed(-1): "The smallest of numbers or of texts, null of none; an error when they have no order.";
    ["max"] "ny_array_extreme" "o" () -> Element, Reads, fails, fixed(1): "The largest of numbers or of texts, null of none; an error when they have no order.";
    ["lastIndexOf", "last_index_of"] "ny_array_last_index_of" "od" (value) -> Int, Reads: "The index of the last element that equals a value; -1 when there is none.";
    ["insert"] "ny_array_insert" "oiD" (index, value) -> Bool, Writes, stores(2): "Puts a value before the element at an index; whether there is such a place.";
    ["indexOf", "index_of"] "ny_array_index_of" "od" (value) -> Int, Reads: "The index of the first element that equals a value; -1 when there is none.";
    ["contains", "includes", "has", "include"] "ny_array_contains" "od" (value) -> Bool, Reads: "Whether an element equals a value.";
    ["find", "detect"] "+array_find" "oc" (f) -> Element, Runs, otherwise("indexOf"): "The first element for which a function gives true, null when there is none; with any other value the same as `indexOf`.";
    ["findIndex", "find_index"] "+array_findIndex" "oc" (f) -> Int, Runs: "The index of the first element for which a function gives true; -1 when there is none.";
    ["forEach", "for_each", "each", "do"] "+array_forEach" "oc" (f) -> Null, Runs: "Calls a function with each element.";
    ["map", "collect"] "+array_map" "oc" (f) -> Array, Runs: "A new array of what a function makes of each element.";
    ["flatMap", "flat_map"] "+array_flatMap" "oc" (f) -> Array, Runs: "A new array of the elements of the arrays that a function makes of each element.";
    ["filter", "select", "keepIf"] "+array_filter" "oc" (f) -> SameArray, Runs: "A new array of the elements for which a function gives true.";
    ["reduce", "fold", "foldl", "inject"] "+array_reduce" "ocd" (f, start) -> Any, Runs, otherwise("foldFrom"): "What `f(sum, x)` makes of a start and all elements, one after the other.";
    ["reduce", "fold", "foldl"] "+array_reduceFirst" "oc" (f) -> Any, Runs: "What `f(sum, x)` makes of the first element and all others; null when there is none.";
    ["any", "some", "anyMatch", "exists"] "+array_any" "oc" (f) -> Bool, Runs: "Whether a function gives true for one element.";
    ["every", "all", "allMatch", "forAll"] "+array_every" "oc" (f) -> Bool, Runs: "Whether a function gives true for all elements.";
    ["count", "countIf"] "+array_count" "oc" (f) -> Int, Runs, otherwise("countOf"): "For how many elements a function gives true; with any other value how many elements equal it.";
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
    ["toJSON", "toJson", "to_json"] "ny_to_json" "d" () -> Text, Reads, fails: "The array as JSON.";
    ["at"] "ny_array_from_end" "oi" (index) -> Element, Reads: "The element at an index, from the end where it is negative; null when there is none.";
    ["countOf", "count_of"] "ny_array_count_of" "od" (value) -> Int, Reads: "How many elements equal a value.";
    ["join"] "ny_array_join_commas" "o" () -> Text, Reads: "The texts of the elements with commas between them.";
    ["foldFrom", "fold_from"] "+array_foldFrom" "odc" (start, f) -> Any, Runs: "`reduce` with the start before the function; `reduce` and `fold` take it there too.";
    ["reject", "filterNot", "filter_not"] "+array_reject" "oc" (f) -> SameArray, Runs: "A new array of the elements for which a function gives false.";
    ["none", "noneMatch"] "+array_none" "oc" (f) -> Bool, Runs: "Whether a function gives true for no element.";
    ["findLast", "find_last"] "+array_findLast" "oc" (f) -> Element, Runs: "The last element for which a function gives true, null when there is none.";
    ["findLastIndex", "find_last_index"] "+array_findLastIndex" "oc" (f) -> Int, Runs: "The index of the last element for which a function gives true; -1 when there is none.";
    ["reduceRight", "foldRight", "foldr", "reduce_right"] "+array_reduceRight" "ocd" (f, start) -> Any, Runs: "What `f(sum, x)` makes of a start and all elements, from the last to the first.";
    ["scan", "accumulate"] "+array_scan" "ocd" (f, start) -> Array, Runs: "An array of what `reduce` has after each element.";
    ["takeWhile", "take_while"] "+array_takeWhile" "oc" (f) -> SameArray, Runs: "The elements before the first one for which a function gives false.";
    ["dropWhile", "drop_while", "skipWhile", "skip_while"] "+array_dropWhile" "oc" (f) -> SameArray, Runs: "The elements from the first one on for which a function gives false.";
    ["partition"] "+array_partition" "oc" (f) -> Array, Runs: "An array of two: the elements for which a function gives true, and the others.";
    ["minBy", "min_by"] "+array_minBy" "oc" (f) -> Element, Runs: "The element of which a function makes the smallest value; null of none.";
    ["maxBy", "max_by"] "+array_maxBy" "oc" (f) -> Element, Runs: "The element of which a function makes the largest value; null of none.";
    ["sumBy", "sum_by", "sumOf", "sum"] "+array_sumBy" "oc" (f) -> Any, Runs: "The sum of what a function makes of the elements.";
    ["countBy", "count_by"] "+array_countBy" "oc" (f) -> Any, Runs: "A map from what a function makes of the elements to how often it does.";
    ["keyBy", "key_by", "associateBy", "indexBy"] "+array_keyBy" "oc" (f) -> Any, Runs: "A map from what a function makes of the elements to the last of them.";
    ["uniqueBy", "unique_by", "distinctBy", "uniqBy"] "+array_uniqueBy" "oc" (f) -> SameArray, Runs: "The elements of which a function makes something that it did not make before.";
    ["retain", "filterInPlace"] "+array_retain" "oc" (f) -> SameArray, Runs: "Keeps the elements for which a function gives true, in place. Gives the array.";
    ["sorted", "toSorted"] "+array_sortedWith" "oc" (before) -> SameArray, Runs: "A new array, sorted as `sort` does it.";
    ["sortedBy", "sorted_by"] "+array_sortedBy" "oc" (key) -> SameArray, Runs: "A new array, sorted as `sortBy` does it.";
    ["sorted", "toSorted"] "+array_sorted" "o" () -> SameArray, Reads: "A new array of the same elements, sorted.";
    ["reversed", "toReversed"] "+array_reversed" "o" () -> SameArray, Reads: "A new array of the same elements, from the last to the first.";
    ["sortDescending", "sortDesc", "sort_desc", "sort_descending"] "+array_sortDescending" "o" () -> SameArray, Writes: "Sorts in place, the largest first. Gives the array.";
    ["unique", "uniq", "distinct", "dedup"] "+array_unique" "o" () -> SameArray, Reads: "The elements without those that equal one before them.";
    ["flatten", "flat"] "+array_flatten" "o" () -> Array, Reads: "The elements, and instead of those that are arrays their elements.";
    ["product"] "+array_product" "o" () -> OneOf(&[Int, Float]), Reads: "The product of numbers, 1 of none.";
    ["average", "mean", "avg"] "+array_average" "o" () -> OneOf(&[Float, Null]), Reads: "The arithmetic mean; null of none.";
    ["median"] "+array_median" "o" () -> Element, Reads: "The number in the middle of the sorted ones, or the mean of both; null of none.";
    ["enumerate", "entries", "withIndex", "with_index"] "+array_enumerate" "o" () -> Array, Reads: "Arrays of an index and its element.";
    ["keys", "indices"] "+array_indices" "o" () -> Array, Reads: "The indices.";
    ["values", "toList"] "ny_array_copy" "o" () -> SameArray, Reads: "A new array of the same elements.";
    ["chunk", "chunks", "chunked"] "+array_chunk" "oi" (size) -> Array, Reads: "Arrays of so many elements; the last one may be shorter.";
    ["windows", "window", "windowed", "sliding"] "+array_windows" "oi" (size) -> Array, Reads: "Arrays of so many neighbours, one for each place where they begin.";
    ["take", "first", "head", "limit"] "+array_take" "oi" (n) -> SameArray, Reads: "A new array of the first elements.";
    ["drop", "skip"] "+array_drop" "oi" (n) -> SameArray, Reads: "A new array of all but the first elements.";
    ["takeLast", "last", "take_last"] "+array_takeLast" "oi" (n) -> SameArray, Reads: "A new array of the last elements.";
    ["dropLast", "drop_last"] "+array_dropLast" "oi" (n) -> SameArray, Reads: "A new array of all but the last elements.";
    ["tail", "rest"] "+array_tail" "o" () -> SameArray, Reads: "A new array of all but the first element.";
    ["swap"] "+array_swap" "oii" (i, j) -> SameArray, Writes: "Swaps two elements, an error where there is none. Gives the array.";
    ["removeValue", "remove_value", "removeItem", "delete"] "+array_removeValue" "od" (value) -> Bool, Writes: "Removes the first element that equals a value; whether there was one.";
    ["splice"] "+array_splice" "oii" (from, count) -> SameArray, Writes: "Removes so many elements from an index on and gives them.";
    ["rotate", "rotated"] "+array_rotate" "oi" (n) -> SameArray, Reads: "A new array that begins with another element: the first ones stand at the end.";
    ["compact", "withoutNull"] "+array_compact" "o" () -> SameArray, Reads: "The elements that are not null.";
    ["transpose"] "+array_transpose" "o" () -> Array, Reads: "An array of arrays with rows and columns exchanged, as long as the shortest row.";
    ["toMap", "to_map", "toObject"] "+array_toMap" "o" () -> Any, Reads: "A map of the pairs of a key and its value.";
    ["intersect", "intersection"] "+array_intersect" "oa" (other) -> SameArray, Reads: "The elements that another array contains too.";
    ["difference", "without", "subtract"] "+array_difference" "oa" (other) -> SameArray, Reads: "The elements that another array does not contain.";
    ["union"] "+array_union" "oa" (other) -> Array, Reads: "The elements of both arrays, each once.";
    ["repeat", "cycle"] "+array_repeat" "oi" (times) -> Array, Reads: "The elements several times in a row.";
    ["isSorted", "is_sorted"] "+array_isSorted" "o" () -> Bool, Reads: "Whether no element is smaller than the one before it.";
    ["binarySearch", "binary_search"] "+array_binarySearch" "od" (value) -> Int, Reads: "The index of a value in a sorted array; -1 when there is none.";
    ["shuffle", "shuffled"] "+array_shuffle" "o" () -> Array, Reads: "A new array of the same elements in random order.";
    ["sample", "choice", "random"] "+array_sample" "o" () -> Any, Reads: "Any of the elements; null of none.";
    ["getOr", "get_or", "getOrDefault"] "+array_getOr" "oid" (index, other) -> Any, Reads: "The element at an index, or another value where there is none.";
    ["truncate"] "+array_truncate" "oi" (n) -> SameArray, Writes: "Removes all but the first elements. Gives the array.";
    ["toPrettyJSON", "toPrettyJson", "pretty"] "ny_json_pretty" "d" () -> Text, Reads, fails: "The array as JSON with a line for each element.";
}
