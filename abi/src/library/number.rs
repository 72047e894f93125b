//! IntegerBox, FloatBox and BoolBox: what numbers and bools answer.

use super::{Chapter, Effect, Gives, Receiver, Row};
use Gives::{Bool, Float, Int, Ints, Null, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "Numbers",
    about: "IntegerBox (64 bits, wrapping), FloatBox (IEEE 754, 64 bits), BoolBox and NullBox. Where a method asks for a float, an integer serves too.",
    programs: &["numbers", "figures"],
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
    ["toFloat", "to_float", "toDouble"] "@float" "f" () -> Float, Pure: "As a float.";
    ["toInteger", "floor", "ceil", "round", "toInt", "to_int", "trunc", "truncate"] "@int" "i" () -> Int, Pure: "Itself.";
    ["sqrt"] "@sqrt" "f" () -> Float, Pure, fails: "The square root; an error for negative numbers.";
    ["toString", "to_string"] "ny_int_radix" "ii" (base) -> Text, Pure, fails: "The text in a base from 2 to 36.";
    ["toFixed", "to_fixed"] "ny_to_fixed" "fi" (places) -> Text, Pure: "The text with so many decimal places.";
    ["sign", "signum"] "ny_sign" "f" () -> Int, Pure: "-1, 0 or 1.";
    ["clamp"] "ny_int_clamp" "iii" (low, high) -> Int, Pure: "The integer, or the end of a range that is nearest.";
    ["toHex", "hex", "to_hex"] "+int_toHex" "i" () -> Text, Pure: "The text in base 16.";
    ["toBinary", "bin", "to_binary"] "+int_toBinary" "i" () -> Text, Pure: "The text in base 2.";
    ["toOctal", "oct", "to_octal"] "+int_toOctal" "i" () -> Text, Pure: "The text in base 8.";
    ["toChar", "chr", "to_char"] "+int_toChar" "i" () -> Text, Pure: "The character of this code point.";
    ["digits"] "+int_digits" "i" () -> Ints, Pure: "The decimal digits.";
    ["withSeparators", "format", "grouped"] "+int_withSeparators" "i" () -> Text, Pure: "The text with a comma after every third digit from the right.";
    ["withSeparators", "format", "grouped"] "+int_withSeparator" "is" (separator) -> Text, Pure: "The text with a separator after every third digit from the right.";
    ["isEven", "is_even", "even"] "+int_isEven" "i" () -> Bool, Pure: "Whether 2 divides it.";
    ["isOdd", "is_odd", "odd"] "+int_isOdd" "i" () -> Bool, Pure: "Whether 2 does not divide it.";
    ["isPrime", "is_prime"] "+int_isPrime" "i" () -> Bool, Pure: "Whether it is a prime.";
    ["isZero", "is_zero"] "+int_isZero" "i" () -> Bool, Pure: "Whether it is 0.";
    ["isPositive", "is_positive"] "+int_isPositive" "i" () -> Bool, Pure: "Whether it is above 0.";
    ["isNegative", "is_negative"] "+int_isNegative" "i" () -> Bool, Pure: "Whether it is below 0.";
    ["isInteger", "is_integer", "isFinite"] "+int_isWhole" "i" () -> Bool, Pure: "Whether it is a whole number, which it is.";
    ["isNaN", "is_nan", "isInfinite"] "+int_isNaN" "i" () -> Bool, Pure: "Whether it is no number, which it is not.";
    ["between", "inRange"] "+int_between" "iii" (low, high) -> Bool, Pure: "Whether it is between two integers, both included.";
    ["gcd"] "+int_gcd" "ii" (other) -> Int, Pure: "The greatest common divisor.";
    ["lcm"] "+int_lcm" "ii" (other) -> Int, Pure: "The least common multiple.";
    ["factorial"] "+int_factorial" "i" () -> Int, Pure: "The product of the integers from 1 to it; wraps around behind 20.";
    ["bitCount", "bit_count", "popcount"] "+int_bitCount" "i" () -> Int, Pure: "How many bits are set.";
    ["powMod", "modPow", "pow_mod"] "+int_powMod" "iii" (exponent, modulus) -> Int, Pure: "Raised to a power, the remainder.";
    ["compareTo", "compare", "compare_to", "cmp"] "ny_compare" "dd" (other) -> Int, Pure: "-1 where it is smaller, 0 where both are equal, else 1.";
    ["add", "plus"] "+int_add" "ii" (other) -> Int, Pure: "The sum.";
    ["sub", "minus", "subtract"] "+int_sub" "ii" (other) -> Int, Pure: "The difference.";
    ["times"] "+int_times" "ic" (f) -> Null, Runs: "Calls a function with the integers from 0 up to but not including it.";
    ["mul", "multiply"] "+int_mul" "ii" (other) -> Int, Pure: "The product.";
    ["div", "divide"] "+int_div" "ii" (other) -> Int, Pure: "The quotient; an error for 0.";
    ["mod", "rem", "modulo"] "+int_mod" "ii" (other) -> Int, Pure: "The remainder; an error for 0.";
    ["negate", "neg"] "+int_negate" "i" () -> Int, Pure: "With the other sign.";
    ["toBool", "to_bool"] "+int_toBool" "i" () -> Bool, Pure: "Whether it is not 0.";
}

rows! {
    FLOAT for Receiver::Float;
    ["abs"] "@float_abs" "f" () -> Float, Pure: "Without its sign.";
    ["floor"] "@floor" "f" () -> Int, Pure: "The next integer at or below.";
    ["ceil"] "@ceil" "f" () -> Int, Pure: "The next integer at or above.";
    ["round"] "ny_round" "f" () -> Int, Pure: "The nearest integer; halves go away from zero.";
    ["round"] "ny_round_to" "fi" (places) -> Float, Pure: "Rounded to so many decimal places; halves go away from zero.";
    ["toFixed", "to_fixed"] "ny_to_fixed" "fi" (places) -> Text, Pure: "The text with so many decimal places.";
    ["sign", "signum"] "ny_sign" "f" () -> Int, Pure: "-1, 0 or 1.";
    ["clamp"] "ny_clamp" "fff" (low, high) -> Float, Pure: "The number, or the end of a range that is nearest.";
    ["toInteger", "toInt", "to_int", "trunc", "truncate"] "ny_trunc" "f" () -> Int, Pure: "The integer part; the nearest end of the range where it does not fit, 0 for NaN.";
    ["toFloat"] "@float" "f" () -> Float, Pure: "Itself.";
    ["max"] "@float_max" "ff" (other) -> Float, Pure: "The larger of two numbers.";
    ["min"] "@float_min" "ff" (other) -> Float, Pure: "The smaller of two numbers.";
    ["pow"] "ny_pow" "ff" (exponent) -> Float, Pure: "Raised to a power.";
    ["sqrt"] "@sqrt" "f" () -> Float, Pure, fails: "The square root; an error for negative numbers.";
    ["sin"] "ny_sin" "f" () -> Float, Pure: "The sine of an angle in radians.";
    ["cos"] "ny_cos" "f" () -> Float, Pure: "The cosine of an angle in radians.";
    ["tan"] "ny_tan" "f" () -> Float, Pure: "The tangent of an angle in radians.";
    ["log", "ln"] "ny_log" "f" () -> Float, Pure, fails: "The natural logarithm; an error for zero and negative numbers.";
    ["log10"] "ny_log10" "f" () -> Float, Pure, fails: "The logarithm to base 10; an error for zero and negative numbers.";
    ["exp"] "ny_exp" "f" () -> Float, Pure: "e raised to the number.";
    ["isNaN"] "@is_nan" "f" () -> Bool, Pure: "Whether it is not a number.";
    ["isInfinite"] "@is_inf" "f" () -> Bool, Pure: "Whether it is infinite.";
    ["isFinite"] "@is_finite" "f" () -> Bool, Pure: "Whether it is neither infinite nor NaN.";
    ["isInteger", "is_integer", "isWhole"] "+float_isWhole" "f" () -> Bool, Pure: "Whether it is a whole number.";
    ["fract", "frac"] "+float_fract" "f" () -> Float, Pure: "What is behind the point.";
    ["toPrecision", "to_precision"] "+float_toPrecision" "fi" (digits) -> Text, Pure: "The text with so many significant digits.";
    ["toRadians", "to_radians"] "+float_toRadians" "f" () -> Float, Pure: "An angle in degrees as radians.";
    ["toDegrees", "to_degrees"] "+float_toDegrees" "f" () -> Float, Pure: "An angle in radians as degrees.";
    ["asin"] "ny_asin" "f" () -> Float, Pure: "The angle of a sine; NaN outside of -1 to 1.";
    ["acos"] "ny_acos" "f" () -> Float, Pure: "The angle of a cosine; NaN outside of -1 to 1.";
    ["atan"] "ny_atan" "f" () -> Float, Pure: "The angle of a tangent.";
    ["cbrt"] "ny_cbrt" "f" () -> Float, Pure: "The cube root.";
    ["log2"] "ny_log2" "f" () -> Float, Pure, fails: "The logarithm to base 2; an error for zero and negative numbers.";
    ["isZero", "is_zero"] "+int_isZero" "f" () -> Bool, Pure: "Whether it is 0.";
    ["isPositive", "is_positive"] "+int_isPositive" "f" () -> Bool, Pure: "Whether it is above 0.";
    ["isNegative", "is_negative"] "+int_isNegative" "f" () -> Bool, Pure: "Whether it is below 0.";
    ["between", "inRange"] "+int_between" "fff" (low, high) -> Bool, Pure: "Whether it is between two numbers, both included.";
    ["compareTo", "compare", "compare_to", "cmp"] "ny_compare" "dd" (other) -> Int, Pure: "-1 where it is smaller, 0 where both are equal, else 1.";
    ["add", "plus"] "+int_add" "ff" (other) -> Float, Pure: "The sum.";
    ["sub", "minus", "subtract"] "+int_sub" "ff" (other) -> Float, Pure: "The difference.";
    ["mul", "multiply"] "+int_mul" "ff" (other) -> Float, Pure: "The product.";
    ["div", "divide"] "+int_div" "ff" (other) -> Float, Pure: "The quotient.";
    ["negate", "neg"] "+int_negate" "f" () -> Float, Pure: "With the other sign.";
}

rows! {
    BOOL for Receiver::Bool;
    ["not"] "@bool_not" "b" () -> Bool, Pure: "The opposite.";
    ["and"] "@bool_and" "bb" (other) -> Bool, Pure: "Whether both are true.";
    ["or"] "@bool_or" "bb" (other) -> Bool, Pure: "Whether one is true.";
    ["xor"] "+bool_xor" "bb" (other) -> Bool, Pure: "Whether exactly one is true.";
    ["toInteger", "toInt", "to_int", "to_i64"] "+bool_toInteger" "b" () -> Int, Pure: "1 or 0.";
}
