//! ErrorBox, ResultBox, FutureBox and weak references: values that stand for the outcome of something.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Object, Target, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "Results",
    about: "ErrorBox is what `throw` throws and `catch` catches. ResultBox is `Ok(v)` or `Err(e)`. FutureBox is what `nowait` makes. A weak reference does not keep its target alive.",
    programs: &["results"],
    rows: &[NEW, ERROR, RESULT, FUTURE, WEAK],
};

rows! {
    NEW for Receiver::New;
    ["ErrorBox"] "ny_error_new" "d" (message) -> Object(class::ERROR), Reads: "An error with the text of a value.";
    ["ResultBox"] "ny_ok" "d" (value) -> Object(class::RESULT), Reads: "`Ok(value)`.";
    ["MethodBox"] "ny_method_new" "dd" (object, name) -> Object(class::METHOD), Reads: "A method of an object as a value; `invoke(..)` calls it.";
}

rows! {
    ERROR for Receiver::Class(class::ERROR);
    ["message", "getMessage"] "ny_error_message" "o" () -> Text, Reads: "The text of an error.";
}

rows! {
    RESULT for Receiver::Class(class::RESULT);
    ["isOk", "is_ok"] "ny_result_is_ok" "o" () -> Bool, Reads: "Whether a result is `Ok`.";
    ["isErr", "is_err"] "ny_result_is_err" "o" () -> Bool, Reads: "Whether a result is `Err`.";
    ["getValue", "get_value", "unwrap"] "ny_result_value" "o" () -> Any, Reads: "The value of `Ok`; the text `Error: Result is Err` of an `Err`.";
    ["getError", "get_error"] "ny_result_error" "o" () -> Any, Reads: "The value of `Err`; the text `Error: Result is Ok` of an `Ok`.";
}

rows! {
    FUTURE for Receiver::Class(class::FUTURE);
    ["get", "await", "wait"] "ny_future_get" "d" () -> Any, Reads: "The value of a future, as `await` gives it.";
    ["ready", "is_ready", "isReady"] "ny_future_ready" "o" () -> Bool, Reads: "Whether a future has its value.";
}

rows! {
    WEAK for Receiver::Class(class::WEAK);
    ["weak_to_strong", "get"] "ny_weak_get" "d" () -> Target, Reads: "What a weak reference leads to; null when it is gone.";
}
