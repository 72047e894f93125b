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
    ["RandomBox"] "ny_make_random_seeded" "i" (seed) -> Object(class::RANDOM), Reads: "A generator that starts with a seed.";
}

rows! {
    METHODS for Receiver::Class(class::RANDOM);
    ["seed"] "ny_random_seed" "oi" (seed) -> Text, Writes: "Starts again from a seed; gives the text `Seed set`.";
    ["random", "nextFloat", "float", "rand", "nextDouble"] "ny_random_float" "o" () -> Float, Writes: "A float from 0 up to but not including 1.";
    ["randInt", "int", "randint", "randomInt", "between", "rand_int"] "ny_random_int" "oii" (from, to) -> OneOf(&[Int, Text]), Writes: "An integer between two, both included; a text that says so when they are the wrong way round.";
    ["randBool", "nextBool", "bool"] "ny_random_bool" "o" () -> Bool, Writes: "`true` or `false`.";
    ["choice", "pick", "choose"] "ny_random_choice" "oa" (array) -> Any, Writes: "An element of an array; null when it is empty.";
    ["shuffle"] "ny_random_shuffle" "oa" (array) -> Array, Writes: "A new array of the same elements in random order.";
    ["randString", "string", "randomString"] "ny_random_string" "oi" (length) -> Text, Writes: "A text of letters and digits.";
    ["probability"] "ny_random_probability" "of" (p) -> Bool, Writes: "`true` with a probability from 0 to 1.";
    ["next"] "ny_random_float" "o" () -> Float, Writes: "A float from 0 up to but not including 1.";
    ["nextInt", "next_int", "below"] "ny_random_below" "oi" (limit) -> Int, Writes: "An integer from 0 up to but not including a limit.";
    ["nextInt", "next_int"] "+random_nextBetween" "oii" (from, to) -> Int, Writes: "An integer between two, both included.";
    ["uniform", "range"] "+random_uniform" "off" (low, high) -> Float, Writes: "A float between two.";
    ["gaussian", "normal", "nextGaussian", "gauss"] "ny_random_gauss" "o" () -> Float, Writes: "A float of the normal distribution around 0 with the deviation 1.";
    ["sample"] "+random_sample" "oai" (array, n) -> Array, Writes: "A new array of so many elements of an array, each place at most once.";
    ["bytes"] "ny_random_bytes" "oi" (count) -> Array, Writes: "An array of random integers from 0 to 255.";
    ["uuid"] "ny_random_uuid" "o" () -> Text, Writes: "A UUID of version 4, from this generator.";
}
