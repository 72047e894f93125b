//! MathBox: mathematics.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Bool, Float, Int, Object, OneOf, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "MathBox",
    about: "Mathematics on integers and floats. Angles are in radians.",
    programs: &["math"],
    rows: &[NEW, METHODS],
};

rows! {
    NEW for Receiver::New;
    ["MathBox"] "ny_make_math" "" () -> Object(class::MATH), Reads: "Mathematics.";
}

rows! {
    METHODS for Receiver::Class(class::MATH);
    ["abs"] "ny_abs" "d" (x) -> OneOf(&[Int, Float, Text]), Pure: "A number without its sign; a text that says so when it is no number.";
    ["min"] "ny_min_max" "dd" (a, b) -> OneOf(&[Int, Float, Text]), Pure, fixed(-1): "The smaller of two numbers; a text that says so when one is no number.";
    ["max"] "ny_min_max" "dd" (a, b) -> OneOf(&[Int, Float, Text]), Pure, fixed(1): "The larger of two numbers; a text that says so when one is no number.";
    ["sqrt"] "@sqrt" "f" (x) -> Float, Pure, fails: "The square root; an error for negative numbers.";
    ["sin"] "ny_sin" "f" (x) -> Float, Pure: "The sine.";
    ["cos"] "ny_cos" "f" (x) -> Float, Pure: "The cosine.";
    ["tan"] "ny_tan" "f" (x) -> Float, Pure: "The tangent.";
    ["exp"] "ny_exp" "f" (x) -> Float, Pure: "e raised to a number.";
    ["pow"] "ny_pow" "ff" (x, exponent) -> Float, Pure: "A number raised to a power.";
    ["log", "ln"] "ny_log" "f" (x) -> Float, Pure, fails: "The natural logarithm; an error for zero and negative numbers.";
    ["log10"] "ny_log10" "f" (x) -> Float, Pure, fails: "The logarithm to base 10; an error for zero and negative numbers.";
    ["floor"] "@floor" "f" (x) -> Int, Pure: "The next integer at or below.";
    ["ceil"] "@ceil" "f" (x) -> Int, Pure: "The next integer at or above.";
    ["round"] "ny_round" "f" (x) -> Int, Pure: "The nearest integer; halves go away from zero.";
    ["asin"] "ny_asin" "f" (x) -> Float, Pure: "The angle of a sine; NaN outside of -1 to 1.";
    ["acos"] "ny_acos" "f" (x) -> Float, Pure: "The angle of a cosine; NaN outside of -1 to 1.";
    ["atan"] "ny_atan" "f" (x) -> Float, Pure: "The angle of a tangent.";
    ["atan2"] "ny_atan2" "ff" (y, x) -> Float, Pure: "The angle of a point, from -pi to pi.";
    ["sinh"] "ny_sinh" "f" (x) -> Float, Pure: "The hyperbolic sine.";
    ["cosh"] "ny_cosh" "f" (x) -> Float, Pure: "The hyperbolic cosine.";
    ["tanh"] "ny_tanh" "f" (x) -> Float, Pure: "The hyperbolic tangent.";
    ["hypot", "distance"] "ny_hypot" "ff" (x, y) -> Float, Pure: "The length of the diagonal of a rectangle.";
    ["cbrt"] "ny_cbrt" "f" (x) -> Float, Pure: "The cube root.";
    ["log2"] "ny_log2" "f" (x) -> Float, Pure, fails: "The logarithm to base 2; an error for zero and negative numbers.";
    ["trunc", "truncate"] "ny_trunc" "f" (x) -> Int, Pure: "The integer part.";
    ["sign", "signum"] "ny_sign" "f" (x) -> Int, Pure: "-1, 0 or 1.";
    ["clamp"] "ny_clamp" "fff" (x, low, high) -> Float, Pure: "A number, or the end of a range that is nearest.";
    ["gcd"] "ny_gcd" "ii" (a, b) -> Int, Pure: "The greatest common divisor.";
    ["random"] "ny_math_random" "" () -> Float, Reads: "A random number from 0 up to but not including 1.";
    ["getPi", "pi", "PI", "get_pi"] "@pi" "" () -> Float, Pure: "The number pi.";
    ["getE", "e", "E", "get_e"] "@e" "" () -> Float, Pure: "The number e.";
    ["add"] "+math_add" "dd" (a, b) -> OneOf(&[Int, Float]), Pure: "The sum.";
    ["sub", "subtract"] "+math_sub" "dd" (a, b) -> OneOf(&[Int, Float]), Pure: "The difference.";
    ["mul", "multiply"] "+math_mul" "dd" (a, b) -> OneOf(&[Int, Float]), Pure: "The product.";
    ["div", "divide"] "+math_div" "dd" (a, b) -> OneOf(&[Int, Float]), Pure: "The quotient, of integers an integer; an error for the integer 0.";
    ["mod", "modulo"] "+math_mod" "dd" (a, b) -> OneOf(&[Int, Float]), Pure: "The remainder; an error for the integer 0.";
    ["lcm"] "+math_lcm" "ii" (a, b) -> Int, Pure: "The least common multiple.";
    ["factorial"] "+math_factorial" "i" (n) -> Int, Pure: "The product of the integers from 1 to one; wraps around behind 20.";
    ["isPrime", "is_prime"] "+math_isPrime" "i" (n) -> Bool, Pure: "Whether an integer is a prime.";
    ["toRadians", "to_radians", "radians"] "+math_toRadians" "f" (x) -> Float, Pure: "An angle in degrees as radians.";
    ["toDegrees", "to_degrees", "degrees"] "+math_toDegrees" "f" (x) -> Float, Pure: "An angle in radians as degrees.";
    ["asinh"] "ny_asinh" "f" (x) -> Float, Pure: "The inverse of the hyperbolic sine.";
    ["acosh"] "ny_acosh" "f" (x) -> Float, Pure: "The inverse of the hyperbolic cosine; NaN below 1.";
    ["atanh"] "ny_atanh" "f" (x) -> Float, Pure: "The inverse of the hyperbolic tangent; NaN outside of -1 to 1.";
    ["exp2"] "ny_exp2" "f" (x) -> Float, Pure: "2 raised to a number.";
    ["fmod"] "ny_fmod" "ff" (x, y) -> Float, Pure: "The remainder of floats.";
}
