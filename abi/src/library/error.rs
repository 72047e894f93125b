//! ErrorBox, ResultBox, FutureBox and weak references: values that stand for the outcome of something.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Object, Target, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "Results",
    about: "ErrorBox is what `throw` throws and `catch` catches. ResultBox is `Ok(v)` or `Err(e)`. FutureBox is what `nowait` makes. A weak reference does not keep its target alive.",
    programs: &["results", "outcomes"],
    rows: &[NEW, ERROR, RESULT, FUTURE, WEAK],
};

rows! {
    NEW for Receiver::New;
    ["ErrorBox"] "ny_error_new" "d" (message) -> Object(class::ERROR), Reads: "An error with the text of a value.";
    ["ResultBox"] "ny_ok" "d" (value) -> Object(class::RESULT), Reads: "`Ok(value)`.";
    ["MethodBox"] "ny_method_new" "dd" (object, name) -> Object(class::METHOD), Reads: "A method of an object as a value; `invoke(..)` calls it.";
    ["FutureBox"] "ny_future_pending" "" () -> Object(class::FUTURE), Reads: "A future that has no value until `set` gives it one.";
    ["FutureBox"] "ny_future_new" "d" (value) -> Object(class::FUTURE), Reads: "A future that has a value.";
}

rows! {
    ERROR for Receiver::Class(class::ERROR);
    ["message", "getMessage"] "ny_error_message" "o" () -> Text, Reads: "The text of an error.";
}

rows! {
    RESULT for Receiver::Class(class::RESULT);
    ["isOk", "is_ok"] "ny_result_is_ok" "o" () -> Bool, Reads: "Whether a result is `Ok`.";
    ["isErr", "is_err"] "ny_result_is_err" "o" () -> Bool, Reads: "Whether a result is `Err`.";
    ["getValue", "get_value", "value"] "ny_result_value" "o" () -> Any, Reads: "The value of `Ok`; the text `Error: Result is Err` of an `Err`.";
    ["getError", "get_error", "error", "err"] "ny_result_error" "o" () -> Any, Reads: "The value of `Err`; the text `Error: Result is Ok` of an `Ok`.";
    ["unwrap"] "ny_result_unwrap" "o" () -> Any, Reads, fails: "The value of `Ok`; throws the value of an `Err`.";
    ["expect"] "ny_result_expect" "od" (message) -> Any, Reads, fails: "The value of `Ok`; an error with a message where it is an `Err`.";
    ["unwrapOr", "unwrap_or", "getOr", "getOrElse", "get_or_else", "orDefault"] "+result_unwrapOr" "od" (other) -> Any, Reads: "The value of `Ok`, or another one.";
    ["unwrapOrElse", "unwrap_or_else"] "+result_unwrapOrElse" "oc" (f) -> Any, Runs: "The value of `Ok`, or what a function makes of the error.";
    ["map"] "+result_map" "oc" (f) -> Object(class::RESULT), Runs: "`Ok` of what a function makes of the value; an `Err` as it is.";
    ["mapErr", "map_err", "mapError"] "+result_mapErr" "oc" (f) -> Object(class::RESULT), Runs: "`Err` of what a function makes of the error; an `Ok` as it is.";
    ["andThen", "and_then", "flatMap", "then"] "+result_andThen" "oc" (f) -> Object(class::RESULT), Runs: "The result that a function makes of the value; an `Err` as it is.";
    ["orElse", "or_else"] "+result_orElse" "oc" (f) -> Object(class::RESULT), Runs: "The result that a function makes of the error; an `Ok` as it is.";
}

rows! {
    FUTURE for Receiver::Class(class::FUTURE);
    ["get", "await", "wait"] "ny_future_get" "d" () -> Any, Reads: "The value of a future, as `await` gives it.";
    ["ready", "is_ready", "isReady"] "ny_future_ready" "o" () -> Bool, Reads: "Whether a future has its value.";
    ["set", "set_result", "setResult", "complete", "resolve"] "ny_future_set" "od" (value) -> Gives::Nothing, Writes: "Gives a future its value.";
}

rows! {
    WEAK for Receiver::Class(class::WEAK);
    ["weak_to_strong", "get"] "ny_weak_get" "d" () -> Target, Reads: "What a weak reference leads to; null when it is gone.";
}
