//! RandomBox: random numbers.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Array, Bool, Float, Int, Object, OneOf, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "RandomBox",
    about: "Random numbers: a linear congruential generator of 64 bits, for games and tests and not for secrets. The same seed gives the same numbers.",
    programs: &["random"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["RandomBox"] "ny_make_random" "" () -> Object(class::RANDOM), Reads: "A generator that starts with the time of day.";
}

rows! {
    METHODS for Receiver::Class(class::RANDOM);
    ["seed"] "ny_random_seed" "oi" (seed) -> Text, Writes: "Starts again from a seed; gives the text `Seed set`.";
    ["random"] "ny_random_float" "o" () -> Float, Writes: "A float from 0 up to but not including 1.";
    ["randInt"] "ny_random_int" "oii" (from, to) -> OneOf(&[Int, Text]), Writes: "An integer between two, both included; a text that says so when they are the wrong way round.";
    ["randBool"] "ny_random_bool" "o" () -> Bool, Writes: "`true` or `false`.";
    ["choice"] "ny_random_choice" "oa" (array) -> Any, Writes: "An element of an array; null when it is empty.";
    ["shuffle"] "ny_random_shuffle" "oa" (array) -> Array, Writes: "A new array of the same elements in random order.";
    ["randString"] "ny_random_string" "oi" (length) -> Text, Writes: "A text of letters and digits.";
    ["probability"] "ny_random_probability" "of" (p) -> Bool, Writes: "`true` with a probability from 0 to 1.";
}
