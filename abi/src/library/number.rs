//! IntegerBox, FloatBox and BoolBox: what numbers and bools answer.

use super::{Chapter, Effect, Gives, Receiver, Row};
use Gives::{Bool, Float, Int, Null, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "Numbers",
    about: "IntegerBox (64 bits, wrapping), FloatBox (IEEE 754, 64 bits), BoolBox and NullBox. Where a method asks for a float, an integer serves too.",
    programs: &["numbers"],
    rows: &[NEW, INT, FLOAT, BOOL],
};

rows! {
    NEW for Receiver::New;
    ["IntegerBox"] "ny_to_int" "d" (value) -> Int, Reads, fails: "The integer that a value or its text is; an error when it is none.";
    ["IntegerBox"] "@zero" "" () -> Int, Pure: "0.";
    ["FloatBox"] "ny_to_float" "d" (value) -> Float, Reads, fails: "The number that a value or its text is; an error when it is none.";
    ["FloatBox"] "@zero_float" "" () -> Float, Pure: "0 as a float.";
    ["BoolBox"] "ny_to_bool" "d" (value) -> Bool, Reads, fails: "The bool that a value or its text is; an error when it is none.";
    ["BoolBox"] "@false" "" () -> Bool, Pure: "`false`.";
    ["NullBox"] "@null" "" () -> Null, Pure: "`null`.";
}

rows! {
    INT for Receiver::Int;
    ["abs"] "@int_abs" "i" () -> Int, Pure: "Without its sign.";
    ["max"] "@int_max" "ii" (other) -> Int, Pure: "The larger of two integers.";
    ["min"] "@int_min" "ii" (other) -> Int, Pure: "The smaller of two integers.";
    ["pow"] "ny_pow" "ff" (exponent) -> Float, Pure: "Raised to a power, as a float.";
    ["toFloat", "to_float"] "@float" "f" () -> Float, Pure: "As a float.";
    ["toInteger", "floor", "ceil", "round"] "@int" "i" () -> Int, Pure: "Itself.";
    ["sqrt"] "@sqrt" "f" () -> Float, Pure, fails: "The square root; an error for negative numbers.";
    ["toString", "to_string"] "ny_int_radix" "ii" (base) -> Text, Pure, fails: "The text in a base from 2 to 36.";
    ["toFixed", "to_fixed"] "ny_to_fixed" "fi" (places) -> Text, Pure: "The text with so many decimal places.";
    ["sign"] "ny_sign" "f" () -> Int, Pure: "-1, 0 or 1.";
    ["clamp"] "ny_int_clamp" "iii" (low, high) -> Int, Pure: "The integer, or the end of a range that is nearest.";
}

rows! {
    FLOAT for Receiver::Float;
    ["abs"] "@float_abs" "f" () -> Float, Pure: "Without its sign.";
    ["floor"] "@floor" "f" () -> Int, Pure: "The next integer at or below.";
    ["ceil"] "@ceil" "f" () -> Int, Pure: "The next integer at or above.";
    ["round"] "ny_round" "f" () -> Int, Pure: "The nearest integer; halves go away from zero.";
    ["round"] "ny_round_to" "fi" (places) -> Float, Pure: "Rounded to so many decimal places; halves go away from zero.";
    ["toFixed", "to_fixed"] "ny_to_fixed" "fi" (places) -> Text, Pure: "The text with so many decimal places.";
    ["sign"] "ny_sign" "f" () -> Int, Pure: "-1, 0 or 1.";
    ["clamp"] "ny_clamp" "fff" (low, high) -> Float, Pure: "The number, or the end of a range that is nearest.";
    ["toInteger", "toInt", "to_int"] "ny_trunc" "f" () -> Int, Pure: "The integer part; the nearest end of the range where it does not fit, 0 for NaN.";
    ["toFloat"] "@float" "f" () -> Float, Pure: "Itself.";
    ["max"] "@float_max" "ff" (other) -> Float, Pure: "The larger of two numbers.";
    ["min"] "@float_min" "ff" (other) -> Float, Pure: "The smaller of two numbers.";
    ["pow"] "ny_pow" "ff" (exponent) -> Float, Pure: "Raised to a power.";
    ["sqrt"] "@sqrt" "f" () -> Float, Pure, fails: "The square root; an error for negative numbers.";
    ["sin"] "ny_sin" "f" () -> Float, Pure: "The sine of an angle in radians.";
    ["cos"] "ny_cos" "f" () -> Float, Pure: "The cosine of an angle in radians.";
    ["tan"] "ny_tan" "f" () -> Float, Pure: "The tangent of an angle in radians.";
    ["log"] "ny_log" "f" () -> Float, Pure, fails: "The natural logarithm; an error for zero and negative numbers.";
    ["log10"] "ny_log10" "f" () -> Float, Pure, fails: "The logarithm to base 10; an error for zero and negative numbers.";
    ["exp"] "ny_exp" "f" () -> Float, Pure: "e raised to the number.";
    ["isNaN"] "@is_nan" "f" () -> Bool, Pure: "Whether it is not a number.";
    ["isInfinite"] "@is_inf" "f" () -> Bool, Pure: "Whether it is infinite.";
    ["isFinite"] "@is_finite" "f" () -> Bool, Pure: "Whether it is neither infinite nor NaN.";
}

rows! {
    BOOL for Receiver::Bool;
    ["not"] "@bool_not" "b" () -> Bool, Pure: "The opposite.";
    ["and"] "@bool_and" "bb" (other) -> Bool, Pure: "Whether both are true.";
    ["or"] "@bool_or" "bb" (other) -> Bool, Pure: "Whether one is true.";
}
