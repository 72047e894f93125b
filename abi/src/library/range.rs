//! RangeBox: integers from one up to another.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Array, Bool, Int, Ints, Null, Object, OneOf, SameArray};

pub static CHAPTER: Chapter = Chapter {
    title: "RangeBox",
    about: "Integers from one up to but not including another, written `1 .. 5` or `Range(1, 10, 3)`.",
    programs: &["range"],
    rows: &[METHODS],
};

rows! {
    METHODS for Receiver::Class(class::RANGE);
    ["toArray", "to_array", "toList", "collect"] "ny_iterate" "d" () -> Ints, Reads: "The integers as an array.";
    ["forEach", "for_each", "each"] "+range_forEach" "oc" (f) -> Null, Runs: "Calls a function with each integer.";
    ["map"] "+range_map" "oc" (f) -> Array, Runs: "An array of what a function makes of each integer.";
    ["filter"] "+range_filter" "oc" (f) -> SameArray, Runs: "An array of the integers for which a function gives true.";
    ["reduce", "fold"] "+range_reduce" "ocd" (f, start) -> Any, Runs: "What `f(sum, x)` makes of a start and all integers, one after the other.";
    ["any", "some"] "+range_any" "oc" (f) -> Bool, Runs: "Whether a function gives true for one integer.";
    ["every", "all"] "+range_every" "oc" (f) -> Bool, Runs: "Whether a function gives true for all integers.";
    ["find"] "+range_find" "oc" (f) -> OneOf(&[Int, Null]), Runs: "The first integer for which a function gives true; null when there is none.";
    ["none"] "+range_none" "oc" (f) -> Bool, Runs: "Whether a function gives true for no integer.";
    ["count"] "+range_count" "oc" (f) -> Int, Runs: "For how many integers a function gives true.";
    ["flatMap", "flat_map"] "+range_flatMap" "oc" (f) -> Array, Runs: "An array of the elements of the arrays that a function makes of each integer.";
    ["length", "len", "size", "count"] "ny_range_length" "o" () -> Int, Reads: "How many integers there are.";
    ["isEmpty", "is_empty"] "+range_isEmpty" "o" () -> Bool, Reads: "Whether there are none.";
    ["contains", "includes", "has"] "ny_range_contains" "od" (value) -> Bool, Reads: "Whether a value is one of the integers.";
    ["get", "at"] "ny_range_get" "oi" (index) -> OneOf(&[Int, Null]), Reads: "The integer at an index; null when there is none.";
    ["first", "start", "min"] "+range_first" "o" () -> OneOf(&[Int, Null]), Reads: "The first integer; null when there is none.";
    ["last", "max"] "+range_last" "o" () -> OneOf(&[Int, Null]), Reads: "The last integer; null when there is none.";
    ["sum"] "+range_sum" "o" () -> OneOf(&[Int]), Reads: "The sum.";
    ["reverse", "reversed"] "+range_reversed" "o" () -> Ints, Reads: "An array of the integers, from the last to the first.";
    ["step", "by", "stepBy"] "ny_range_step" "oi" (step) -> Object(class::RANGE), Reads: "The same range in other steps.";
}
