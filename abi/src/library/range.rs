//! RangeBox: integers from one up to another.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Array, Bool, Int, Ints, Null, OneOf, SameArray};

pub static CHAPTER: Chapter = Chapter {
    title: "RangeBox",
    about: "Integers from one up to but not including another, written `1 .. 5` or `Range(1, 10, 3)`.",
    programs: &["range"],
    rows: &[METHODS],
};

rows! {
    METHODS for Receiver::Class(class::RANGE);
    ["toArray", "to_array"] "ny_iterate" "d" () -> Ints, Reads: "The integers as an array.";
    ["forEach", "for_each"] "+range_forEach" "oc" (f) -> Null, Runs: "Calls a function with each integer.";
    ["map"] "+range_map" "oc" (f) -> Array, Runs: "An array of what a function makes of each integer.";
    ["filter"] "+range_filter" "oc" (f) -> SameArray, Runs: "An array of the integers for which a function gives true.";
    ["reduce", "fold"] "+range_reduce" "ocd" (f, start) -> Any, Runs: "What `f(sum, x)` makes of a start and all integers, one after the other.";
    ["any", "some"] "+range_any" "oc" (f) -> Bool, Runs: "Whether a function gives true for one integer.";
    ["every", "all"] "+range_every" "oc" (f) -> Bool, Runs: "Whether a function gives true for all integers.";
    ["find"] "+range_find" "oc" (f) -> OneOf(&[Int, Null]), Runs: "The first integer for which a function gives true; null when there is none.";
}
