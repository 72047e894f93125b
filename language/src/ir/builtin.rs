//! What the library offers: methods, functions and constructors, each a function of the runtime.

use super::ty::Ty;

/// Numbers of the builtin classes, shared with the runtime.
pub mod class {
    pub const STR: u16 = 1;
    pub const ARRAY: u16 = 2;
    pub const MAP: u16 = 3;
    pub const ERROR: u16 = 4;
    pub const RESULT: u16 = 5;
    pub const CELL: u16 = 6;
    pub const WEAK: u16 = 7;
    pub const CONSOLE: u16 = 8;
    pub const MATH: u16 = 9;
    pub const RANGE: u16 = 10;
    pub const BUFFER: u16 = 11;
    pub const REGEX: u16 = 12;
    pub const JSON: u16 = 13;
    pub const TIME: u16 = 14;
    pub const DATETIME: u16 = 15;
    pub const RANDOM: u16 = 16;
    pub const STREAM: u16 = 17;
    pub const CHANNEL: u16 = 18;
    pub const INTENT: u16 = 19;
    pub const DEBUG: u16 = 20;
    pub const SOUND: u16 = 21;
    pub const FUTURE: u16 = 22;
    pub const METHOD: u16 = 23;
    pub const TIMER: u16 = 24;
    pub const P2P: u16 = 25;
    pub const MESSAGE: u16 = 26;
    pub const FILE: u16 = 27;
    pub const PATH: u16 = 28;
    /// Classes of the program start here.
    pub const FIRST_USER: u32 = 64;
}

/// Whose method an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recv {
    Str,
    Int,
    Float,
    Bool,
    Class(u16),
    /// Every value.
    Any,
    /// Not a method: a function.
    Function,
    /// Not a method: `new Name(..)`.
    New,
}

/// What a builtin gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ret {
    Nothing,
    /// The text `ok` in the first edition, nothing in the second.
    Ok,
    Int,
    Float,
    Bool,
    Str,
    /// A value of a type that is known.
    Dyn(Ty),
    /// An element of the receiver, or null.
    Element,
    /// The argument's own value (`asType`, ...), any kind.
    Any,
    Strings,
    /// A new array of integers.
    Ints,
    /// A new array of anything.
    Array,
    /// A new array of the receiver's elements.
    SameArray,
    /// A new map of anything.
    Object(u16),
    /// Does not return.
    Never,
}

/// One entry.
#[derive(Debug)]
pub struct Builtin {
    pub recv: Recv,
    pub names: &'static [&'static str],
    /// Function of the runtime; names that start with `@` are emitted inline.
    pub symbol: &'static str,
    /// One letter a parameter, the receiver first: `o` object, `s` string, `i` integer, `f` float, `b` bool, `d` any
    /// value, `a` array, `m` map; a capital gives its reference away.
    pub params: &'static str,
    pub ret: Ret,
    pub throws: bool,
    /// A constant passed before everything else.
    pub fixed: Option<i32>,
    /// Parameter that becomes an element of the receiver.
    pub stores: Option<usize>,
}

const fn b(
    recv: Recv,
    names: &'static [&'static str],
    symbol: &'static str,
    params: &'static str,
    ret: Ret,
) -> Builtin {
    Builtin {
        recv,
        names,
        symbol,
        params,
        ret,
        throws: false,
        fixed: None,
        stores: None,
    }
}

const fn fixed(mut b: Builtin, n: i32) -> Builtin {
    b.fixed = Some(n);
    b
}

const fn throws(mut b: Builtin) -> Builtin {
    b.throws = true;
    b
}

const fn stores(mut b: Builtin, n: usize) -> Builtin {
    b.stores = Some(n);
    b
}

const A: Recv = Recv::Class(class::ARRAY);
const M: Recv = Recv::Class(class::MAP);
const C: Recv = Recv::Class(class::CONSOLE);
const BUFFER: Recv = Recv::Class(class::BUFFER);
const STREAM: Recv = Recv::Class(class::STREAM);
const INTENT: Recv = Recv::Class(class::INTENT);
const JSON: Recv = Recv::Class(class::JSON);
const REGEX: Recv = Recv::Class(class::REGEX);
const TIME: Recv = Recv::Class(class::TIME);
const DATETIME: Recv = Recv::Class(class::DATETIME);
const RANDOM: Recv = Recv::Class(class::RANDOM);
const CHANNEL: Recv = Recv::Class(class::CHANNEL);
const DEBUG: Recv = Recv::Class(class::DEBUG);
const SOUND: Recv = Recv::Class(class::SOUND);
const FILE: Recv = Recv::Class(class::FILE);
const PATH: Recv = Recv::Class(class::PATH);
const MATH: Recv = Recv::Class(class::MATH);
const INT_FLOAT: Ty = Ty {
    kinds: Ty::INT.kinds | Ty::FLOAT.kinds,
    objects: super::Objects::None,
};
const INT_FLOAT_STR: Ty = Ty {
    kinds: INT_FLOAT.kinds | Ty::STR.kinds,
    objects: super::Objects::None,
};
const STR_NULL: Ty = Ty {
    kinds: Ty::STR.kinds | Ty::NULL.kinds | Ty::VOID.kinds,
    objects: super::Objects::None,
};

/// Everything. The first entry that fits wins.
pub static TABLE: &[Builtin] = &[
    // Strings
    b(Recv::Str, &["length", "len", "size"], "@str_len", "s", Ret::Int),
    b(Recv::Str, &["get"], "ny_str_get", "si", Ret::Dyn(STR_NULL)),
    b(
        Recv::Str,
        &["charAt", "char_at", "at"],
        "ny_str_char_at",
        "si",
        Ret::Str,
    ),
    b(
        Recv::Str,
        &["charCodeAt", "code_at", "codeAt", "ord_at"],
        "ny_str_code_at",
        "si",
        Ret::Int,
    ),
    b(
        Recv::Str,
        &["substring", "slice", "substr"],
        "ny_str_substring",
        "sii",
        Ret::Str,
    ),
    b(
        Recv::Str,
        &["substring", "slice", "substr"],
        "ny_str_tail",
        "si",
        Ret::Str,
    ),
    b(
        Recv::Str,
        &["find", "indexOf", "index_of"],
        "ny_str_find",
        "ss",
        Ret::Int,
    ),
    b(
        Recv::Str,
        &["find", "indexOf", "index_of"],
        "ny_str_find_from",
        "ssi",
        Ret::Int,
    ),
    b(
        Recv::Str,
        &["lastIndexOf", "last_index_of"],
        "ny_str_last",
        "ss",
        Ret::Int,
    ),
    b(
        Recv::Str,
        &["lastIndexOf", "last_index_of"],
        "ny_str_last_from",
        "ssi",
        Ret::Int,
    ),
    b(Recv::Str, &["contains", "includes"], "ny_str_contains", "ss", Ret::Bool),
    b(
        Recv::Str,
        &["startsWith", "starts_with"],
        "ny_str_starts",
        "ss",
        Ret::Bool,
    ),
    b(Recv::Str, &["endsWith", "ends_with"], "ny_str_ends", "ss", Ret::Bool),
    b(Recv::Str, &["replace", "replaceAll"], "ny_str_replace", "sss", Ret::Str),
    b(Recv::Str, &["split"], "ny_str_split", "ss", Ret::Strings),
    b(Recv::Str, &["trim"], "ny_str_trim", "s", Ret::Str),
    b(
        Recv::Str,
        &["toUpper", "toUpperCase", "upper", "to_upper"],
        "ny_str_upper",
        "s",
        Ret::Str,
    ),
    b(
        Recv::Str,
        &["toLower", "toLowerCase", "lower", "to_lower"],
        "ny_str_lower",
        "s",
        Ret::Str,
    ),
    b(
        Recv::Str,
        &["toInteger", "toInt", "to_i64", "to_int"],
        "ny_str_to_int",
        "s",
        Ret::Int,
    ),
    b(Recv::Str, &["toFloat", "to_float"], "ny_str_to_float", "s", Ret::Float),
    b(Recv::Str, &["concat"], "ny_str_append_val", "Sd", Ret::Str),
    b(Recv::Str, &["repeat"], "ny_str_repeat", "si", Ret::Str),
    b(Recv::Str, &["reverse"], "ny_str_reverse", "s", Ret::Str),
    b(Recv::Str, &["isEmpty", "is_empty"], "@str_is_empty", "s", Ret::Bool),
    b(Recv::Str, &["is_digit_char"], "ny_str_is_digit", "s", Ret::Bool),
    b(Recv::Str, &["is_hex_digit_char"], "ny_str_is_hex", "s", Ret::Bool),
    b(Recv::Str, &["is_alpha_char"], "ny_str_is_alpha", "s", Ret::Bool),
    // Numbers and bools
    b(Recv::Int, &["abs"], "@int_abs", "i", Ret::Int),
    b(Recv::Int, &["max"], "@int_max", "ii", Ret::Int),
    b(Recv::Int, &["min"], "@int_min", "ii", Ret::Int),
    b(Recv::Int, &["pow"], "ny_pow", "ff", Ret::Float),
    b(Recv::Int, &["toFloat", "to_float"], "@float", "f", Ret::Float),
    b(
        Recv::Int,
        &["toInteger", "floor", "ceil", "round"],
        "@int",
        "i",
        Ret::Int,
    ),
    throws(b(Recv::Int, &["sqrt"], "@sqrt", "f", Ret::Float)),
    b(Recv::Float, &["abs"], "@float_abs", "f", Ret::Float),
    b(Recv::Float, &["floor"], "@floor", "f", Ret::Int),
    b(Recv::Float, &["ceil"], "@ceil", "f", Ret::Int),
    b(Recv::Float, &["round"], "ny_round", "f", Ret::Int),
    b(
        Recv::Float,
        &["toInteger", "toInt", "to_int"],
        "ny_trunc",
        "f",
        Ret::Int,
    ),
    b(Recv::Float, &["toFloat"], "@float", "f", Ret::Float),
    b(Recv::Float, &["max"], "@float_max", "ff", Ret::Float),
    b(Recv::Float, &["min"], "@float_min", "ff", Ret::Float),
    b(Recv::Float, &["pow"], "ny_pow", "ff", Ret::Float),
    throws(b(Recv::Float, &["sqrt"], "@sqrt", "f", Ret::Float)),
    b(Recv::Float, &["sin"], "ny_sin", "f", Ret::Float),
    b(Recv::Float, &["cos"], "ny_cos", "f", Ret::Float),
    b(Recv::Float, &["tan"], "ny_tan", "f", Ret::Float),
    throws(b(Recv::Float, &["log"], "ny_log", "f", Ret::Float)),
    throws(b(Recv::Float, &["log10"], "ny_log10", "f", Ret::Float)),
    b(Recv::Float, &["exp"], "ny_exp", "f", Ret::Float),
    b(Recv::Float, &["isNaN"], "@is_nan", "f", Ret::Bool),
    b(Recv::Float, &["isInfinite"], "@is_inf", "f", Ret::Bool),
    b(Recv::Float, &["isFinite"], "@is_finite", "f", Ret::Bool),
    b(Recv::Bool, &["not"], "@bool_not", "b", Ret::Bool),
    b(Recv::Bool, &["and"], "@bool_and", "bb", Ret::Bool),
    b(Recv::Bool, &["or"], "@bool_or", "bb", Ret::Bool),
    // Arrays
    b(A, &["length", "len", "size"], "@array_len", "o", Ret::Int),
    stores(b(A, &["push", "append", "add"], "@array_push", "oD", Ret::Ok), 1),
    b(A, &["get", "at"], "@array_get", "oi", Ret::Element),
    stores(b(A, &["set"], "@array_set", "oiD", Ret::Ok), 2),
    b(A, &["pop"], "ny_array_pop", "o", Ret::Element),
    b(A, &["remove", "removeAt"], "ny_array_remove", "oi", Ret::Element),
    b(A, &["shift"], "@array_shift", "o", Ret::Element),
    stores(b(A, &["insert"], "ny_array_insert", "oiD", Ret::Bool), 2),
    b(A, &["indexOf", "find"], "ny_array_index_of", "od", Ret::Int),
    b(
        A,
        &["contains", "includes", "has"],
        "ny_array_contains",
        "od",
        Ret::Bool,
    ),
    b(A, &["isEmpty", "is_empty"], "@array_is_empty", "o", Ret::Bool),
    b(A, &["clear"], "ny_array_clear", "o", Ret::Ok),
    b(A, &["sort"], "ny_array_sort", "o", Ret::Ok),
    b(A, &["reverse"], "ny_array_reverse", "o", Ret::Ok),
    b(A, &["slice"], "ny_array_slice", "oii", Ret::SameArray),
    b(A, &["slice"], "ny_array_tail", "oi", Ret::SameArray),
    b(A, &["concat"], "ny_array_concat", "oa", Ret::Array),
    b(A, &["join"], "ny_array_join", "os", Ret::Str),
    b(A, &["toJSON", "toJson"], "ny_to_json", "d", Ret::Str),
    b(A, &["$index"], "@array_get", "oi", Ret::Element),
    stores(b(A, &["$set_index"], "@array_set_index", "oiD", Ret::Ok), 2),
    // Maps
    b(M, &["$index"], "ny_map_get", "od", Ret::Any),
    stores(b(M, &["$set_index"], "ny_map_set_text", "odD", Ret::Str), 2),
    b(Recv::Str, &["$index"], "ny_str_get", "si", Ret::Dyn(STR_NULL)),
    b(M, &["size", "length", "len", "count"], "@array_len", "o", Ret::Int),
    stores(b(M, &["set", "put", "setField"], "ny_map_set_text", "odD", Ret::Str), 2),
    b(M, &["get"], "ny_map_get", "od", Ret::Any),
    b(M, &["getField"], "ny_map_get_field", "od", Ret::Any),
    b(M, &["has", "containsKey"], "ny_map_has", "od", Ret::Bool),
    b(M, &["delete", "remove"], "ny_map_delete", "od", Ret::Str),
    b(M, &["keys"], "ny_map_keys", "o", Ret::Strings),
    b(M, &["values"], "ny_map_values", "o", Ret::SameArray),
    b(M, &["isEmpty", "is_empty"], "@array_is_empty", "o", Ret::Bool),
    b(M, &["clear"], "ny_map_clear_text", "o", Ret::Str),
    b(M, &["containsValue"], "ny_map_contains_value", "od", Ret::Bool),
    b(M, &["toJSON", "toJson"], "ny_map_json", "o", Ret::Str),
    b(M, &["forEach"], "ny_map_for_each", "od", Ret::Str),
    // Errors and results
    b(
        Recv::Class(class::ERROR),
        &["message", "getMessage"],
        "ny_error_message",
        "o",
        Ret::Str,
    ),
    b(
        Recv::Class(class::RESULT),
        &["isOk", "is_ok"],
        "ny_result_is_ok",
        "o",
        Ret::Bool,
    ),
    b(
        Recv::Class(class::RESULT),
        &["isErr", "is_err"],
        "ny_result_is_err",
        "o",
        Ret::Bool,
    ),
    b(
        Recv::Class(class::RESULT),
        &["getValue", "get_value", "unwrap"],
        "ny_result_value",
        "o",
        Ret::Any,
    ),
    b(
        Recv::Class(class::RESULT),
        &["getError", "get_error"],
        "ny_result_error",
        "o",
        Ret::Any,
    ),
    b(
        Recv::Class(class::WEAK),
        &["weak_to_strong", "get"],
        "ny_weak_get",
        "d",
        Ret::Any,
    ),
    b(
        Recv::Class(class::FUTURE),
        &["get", "await", "wait"],
        "ny_future_get",
        "d",
        Ret::Any,
    ),
    b(
        Recv::Class(class::FUTURE),
        &["ready", "is_ready", "isReady"],
        "ny_future_ready",
        "o",
        Ret::Bool,
    ),
    // Console
    fixed(b(C, &["log", "println"], "ny_console", "d", Ret::Nothing), 0),
    fixed(b(C, &["warn"], "ny_console", "d", Ret::Nothing), 1),
    fixed(b(C, &["error"], "ny_console", "d", Ret::Nothing), 2),
    // Several values are joined with a space.
    fixed(b(C, &["log", "println"], "@console", "dd", Ret::Nothing), 0),
    fixed(b(C, &["warn"], "@console", "dd", Ret::Nothing), 1),
    fixed(b(C, &["error"], "@console", "dd", Ret::Nothing), 2),
    fixed(b(C, &["log", "println"], "@console", "ddd", Ret::Nothing), 0),
    fixed(b(C, &["warn"], "@console", "ddd", Ret::Nothing), 1),
    fixed(b(C, &["error"], "@console", "ddd", Ret::Nothing), 2),
    fixed(b(C, &["log", "println"], "@console", "dddd", Ret::Nothing), 0),
    fixed(b(C, &["warn"], "@console", "dddd", Ret::Nothing), 1),
    fixed(b(C, &["error"], "@console", "dddd", Ret::Nothing), 2),
    fixed(b(C, &["log", "println"], "@console", "ddddd", Ret::Nothing), 0),
    fixed(b(C, &["warn"], "@console", "ddddd", Ret::Nothing), 1),
    fixed(b(C, &["error"], "@console", "ddddd", Ret::Nothing), 2),
    fixed(b(C, &["log", "println"], "@console", "dddddd", Ret::Nothing), 0),
    fixed(b(C, &["warn"], "@console", "dddddd", Ret::Nothing), 1),
    fixed(b(C, &["error"], "@console", "dddddd", Ret::Nothing), 2),
    fixed(b(C, &["print"], "ny_console", "d", Ret::Nothing), 3),
    b(C, &["write"], "ny_write", "d", Ret::Nothing),
    b(C, &["clear"], "ny_console_clear", "", Ret::Nothing),
    b(
        C,
        &["readLine", "read_line", "input", "read"],
        "ny_read_line",
        "",
        Ret::Dyn(STR_NULL),
    ),
    b(C, &["readAll", "read_all"], "ny_read_all", "", Ret::Str),
    // Math
    b(MATH, &["abs"], "ny_abs", "d", Ret::Dyn(INT_FLOAT_STR)),
    fixed(b(MATH, &["min"], "ny_min_max", "dd", Ret::Dyn(INT_FLOAT_STR)), -1),
    fixed(b(MATH, &["max"], "ny_min_max", "dd", Ret::Dyn(INT_FLOAT_STR)), 1),
    throws(b(MATH, &["sqrt"], "@sqrt", "f", Ret::Float)),
    b(MATH, &["sin"], "ny_sin", "f", Ret::Float),
    b(MATH, &["cos"], "ny_cos", "f", Ret::Float),
    b(MATH, &["tan"], "ny_tan", "f", Ret::Float),
    b(MATH, &["exp"], "ny_exp", "f", Ret::Float),
    b(MATH, &["pow"], "ny_pow", "ff", Ret::Float),
    throws(b(MATH, &["log"], "ny_log", "f", Ret::Float)),
    throws(b(MATH, &["log10"], "ny_log10", "f", Ret::Float)),
    b(MATH, &["floor"], "@floor", "f", Ret::Int),
    b(MATH, &["ceil"], "@ceil", "f", Ret::Int),
    b(MATH, &["round"], "ny_round", "f", Ret::Int),
    b(MATH, &["getPi"], "@pi", "", Ret::Float),
    b(MATH, &["getE"], "@e", "", Ret::Float),
    // Buffers
    b(BUFFER, &["write"], "ny_buffer_write", "od", Ret::Int),
    b(BUFFER, &["readAll"], "ny_buffer_all", "o", Ret::Ints),
    b(BUFFER, &["read"], "ny_buffer_read", "oi", Ret::Ints),
    b(BUFFER, &["append"], "ny_buffer_append", "od", Ret::Int),
    b(BUFFER, &["slice"], "ny_buffer_slice", "oii", Ret::Object(class::BUFFER)),
    b(BUFFER, &["clear"], "ny_buffer_clear", "o", Ret::Ok),
    b(BUFFER, &["length", "size"], "ny_buffer_length", "o", Ret::Int),
    b(BUFFER, &["is_shared_with"], "ny_buffer_shared", "od", Ret::Bool),
    b(
        BUFFER,
        &["share_reference"],
        "ny_buffer_share",
        "od",
        Ret::Object(class::BUFFER),
    ),
    b(BUFFER, &["memory_footprint"], "ny_buffer_footprint", "o", Ret::Int),
    // Streams
    b(STREAM, &["write"], "ny_stream_write", "od", Ret::Nothing),
    b(STREAM, &["read"], "ny_stream_read", "oi", Ret::Object(class::BUFFER)),
    b(STREAM, &["position"], "ny_stream_position", "o", Ret::Int),
    b(STREAM, &["length"], "ny_stream_length", "o", Ret::Int),
    b(STREAM, &["reset"], "ny_stream_reset", "o", Ret::Nothing),
    // Intents
    b(INTENT, &["getName", "name"], "ny_intent_name", "o", Ret::Any),
    b(INTENT, &["getPayload", "payload"], "ny_intent_payload", "o", Ret::Any),
    b(INTENT, &["getType", "type"], "ny_intent_type", "o", Ret::Str),
    // JSON
    b(JSON, &["parse"], "ny_json_parse", "od", Ret::Any),
    b(JSON, &["stringify"], "ny_json_text", "o", Ret::Str),
    b(JSON, &["get"], "ny_json_get", "od", Ret::Any),
    b(JSON, &["has"], "ny_json_has", "od", Ret::Bool),
    b(JSON, &["keys"], "ny_json_keys", "o", Ret::Strings),
    b(JSON, &["set"], "ny_json_set", "odd", Ret::Any),
    // Regular expressions
    b(REGEX, &["test"], "ny_regex_test", "os", Ret::Bool),
    b(REGEX, &["find"], "ny_regex_find", "os", Ret::Dyn(STR_NULL)),
    b(REGEX, &["findAll"], "ny_regex_find_all", "os", Ret::Strings),
    b(REGEX, &["replace"], "ny_regex_replace", "oss", Ret::Str),
    b(REGEX, &["split"], "ny_regex_split", "os", Ret::Strings),
    // Time
    b(TIME, &["now"], "ny_time_now", "o", Ret::Object(class::DATETIME)),
    b(
        TIME,
        &["fromTimestamp"],
        "ny_time_from",
        "oi",
        Ret::Object(class::DATETIME),
    ),
    b(TIME, &["parse"], "ny_time_parse", "os", Ret::Any),
    b(TIME, &["sleep"], "ny_time_sleep", "oi", Ret::Ok),
    b(TIME, &["format"], "ny_time_format_now", "os", Ret::Str),
    fixed(b(DATETIME, &["year"], "ny_date_part", "o", Ret::Int), 0),
    fixed(b(DATETIME, &["month"], "ny_date_part", "o", Ret::Int), 1),
    fixed(b(DATETIME, &["day"], "ny_date_part", "o", Ret::Int), 2),
    fixed(b(DATETIME, &["hour"], "ny_date_part", "o", Ret::Int), 3),
    fixed(b(DATETIME, &["minute"], "ny_date_part", "o", Ret::Int), 4),
    fixed(b(DATETIME, &["second"], "ny_date_part", "o", Ret::Int), 5),
    fixed(b(DATETIME, &["timestamp"], "ny_date_part", "o", Ret::Int), 6),
    b(DATETIME, &["toISOString"], "ny_date_iso", "o", Ret::Str),
    b(DATETIME, &["format"], "ny_date_format", "os", Ret::Str),
    fixed(
        b(
            DATETIME,
            &["addDays"],
            "ny_date_add",
            "oi",
            Ret::Object(class::DATETIME),
        ),
        86400,
    ),
    fixed(
        b(
            DATETIME,
            &["addHours"],
            "ny_date_add",
            "oi",
            Ret::Object(class::DATETIME),
        ),
        3600,
    ),
    // Random numbers
    b(RANDOM, &["seed"], "ny_random_seed", "oi", Ret::Str),
    b(RANDOM, &["random"], "ny_random_float", "o", Ret::Float),
    b(RANDOM, &["randInt"], "ny_random_int", "oii", Ret::Any),
    b(RANDOM, &["randBool"], "ny_random_bool", "o", Ret::Bool),
    b(RANDOM, &["choice"], "ny_random_choice", "oa", Ret::Any),
    b(RANDOM, &["shuffle"], "ny_random_shuffle", "oa", Ret::Array),
    b(RANDOM, &["randString"], "ny_random_string", "oi", Ret::Str),
    b(RANDOM, &["probability"], "ny_random_probability", "of", Ret::Bool),
    // Channels
    b(CHANNEL, &["sender"], "ny_channel_sender", "o", Ret::Any),
    b(CHANNEL, &["receiver"], "ny_channel_receiver", "o", Ret::Any),
    b(
        CHANNEL,
        &["sendMessage"],
        "ny_channel_send",
        "od",
        Ret::Object(class::MESSAGE),
    ),
    b(CHANNEL, &["announce"], "ny_channel_announce", "od", Ret::Str),
    // Lowering asks for this with the name of a variable on the right of `>>`.
    b(Recv::Function, &["$arrow"], "@arrow", "dds", Ret::Any),
    // Debugging aids and sounds
    b(DEBUG, &["startTracking"], "ny_debug_start", "o", Ret::Nothing),
    b(DEBUG, &["stopTracking"], "ny_debug_stop", "o", Ret::Nothing),
    b(DEBUG, &["trackBox"], "ny_debug_track", "odd", Ret::Nothing),
    b(DEBUG, &["getTrackedCount"], "ny_debug_count", "o", Ret::Int),
    b(DEBUG, &["isTracking"], "ny_debug_tracking", "o", Ret::Bool),
    b(DEBUG, &["watch"], "ny_debug_watch", "odd", Ret::Nothing),
    b(DEBUG, &["setBreakpoint"], "ny_debug_breakpoint", "od", Ret::Nothing),
    b(DEBUG, &["clear"], "ny_debug_clear", "o", Ret::Nothing),
    b(SOUND, &["beep"], "ny_sound_beep", "o", Ret::Str),
    // Files and paths
    b(FILE, &["open"], "ny_file_open", "odd", Ret::Int),
    b(FILE, &["open"], "ny_file_open_read", "od", Ret::Int),
    b(FILE, &["read"], "ny_file_read", "o", Ret::Any),
    b(FILE, &["readBytes"], "ny_file_bytes", "o", Ret::Any),
    b(FILE, &["write"], "ny_file_write", "od", Ret::Any),
    b(FILE, &["close"], "ny_file_close", "o", Ret::Nothing),
    b(FILE, &["exists"], "ny_file_exists", "od", Ret::Bool),
    b(PATH, &["join"], "ny_path_join", "oss", Ret::Str),
    b(PATH, &["normalize"], "ny_path_normalize", "os", Ret::Str),
    b(PATH, &["dirname"], "ny_path_dirname", "os", Ret::Str),
    b(PATH, &["basename"], "ny_path_basename", "os", Ret::Str),
    b(PATH, &["extname"], "ny_path_extname", "os", Ret::Str),
    b(PATH, &["isAbs"], "ny_path_is_abs", "os", Ret::Bool),
    // Every value
    b(
        Recv::Any,
        &["toString", "stringify", "str", "to_string"],
        "ny_text",
        "d",
        Ret::Str,
    ),
    b(Recv::Any, &["equals"], "ny_eq", "dd", Ret::Bool),
    b(Recv::Any, &["is"], "ny_is_type", "ds", Ret::Bool),
    b(Recv::Any, &["as"], "ny_as_type", "ds", Ret::Any),
    b(Recv::Any, &["is_null", "isNull"], "@is_null", "d", Ret::Bool),
    b(Recv::Any, &["is_not_null", "isNotNull"], "@is_not_null", "d", Ret::Bool),
    b(Recv::Any, &["weak_to_strong"], "ny_weak_get", "d", Ret::Any),
    b(
        Recv::Any,
        &["get_or_default", "getOrDefault"],
        "ny_or_default",
        "dd",
        Ret::Any,
    ),
    // Functions
    b(Recv::Function, &["print", "println"], "ny_print", "d", Ret::Nothing),
    b(Recv::Function, &["error", "eprint"], "ny_eprint", "d", Ret::Nothing),
    b(Recv::Function, &["isType"], "ny_is_type", "ds", Ret::Bool),
    b(Recv::Function, &["asType"], "ny_as_type", "ds", Ret::Any),
    b(
        Recv::Function,
        &["toString", "str", "stringify"],
        "ny_text",
        "d",
        Ret::Str,
    ),
    b(
        Recv::Function,
        &["typeOf", "typeof", "type_of"],
        "ny_type_name",
        "d",
        Ret::Str,
    ),
    b(Recv::Function, &["exit"], "ny_exit", "i", Ret::Never),
    b(Recv::Function, &["chr"], "ny_chr", "i", Ret::Str),
    b(
        Recv::Function,
        &["readLine", "input"],
        "ny_read_line",
        "",
        Ret::Dyn(STR_NULL),
    ),
    b(
        Recv::Function,
        &["Range", "range"],
        "ny_range_new",
        "ddd",
        Ret::Object(class::RANGE),
    ),
    b(
        Recv::Function,
        &["Ok", "Result.Ok"],
        "ny_ok",
        "d",
        Ret::Object(class::RESULT),
    ),
    b(
        Recv::Function,
        &["Err", "Result.Err"],
        "ny_err",
        "d",
        Ret::Object(class::RESULT),
    ),
    b(Recv::Function, &["env.get"], "ny_env_get", "s", Ret::Dyn(STR_NULL)),
    b(Recv::Function, &["env.set"], "ny_env_set", "sd", Ret::Nothing),
    b(
        Recv::Function,
        &["env.now_ms", "env.now_ms/0"],
        "ny_now_ms",
        "",
        Ret::Int,
    ),
    fixed(
        b(Recv::Function, &["env.console.log"], "ny_console", "d", Ret::Nothing),
        3,
    ),
    b(
        Recv::Function,
        &["env.console.warn", "env.console.error"],
        "ny_eprint",
        "d",
        Ret::Nothing,
    ),
    // Constructors
    b(Recv::New, &["StringBox"], "ny_text", "d", Ret::Str),
    throws(b(Recv::New, &["IntegerBox"], "ny_to_int", "d", Ret::Int)),
    throws(b(Recv::New, &["FloatBox"], "ny_to_float", "d", Ret::Float)),
    throws(b(Recv::New, &["BoolBox"], "ny_to_bool", "d", Ret::Bool)),
    b(Recv::New, &["ErrorBox"], "ny_error_new", "d", Ret::Object(class::ERROR)),
    b(Recv::New, &["ResultBox"], "ny_ok", "d", Ret::Object(class::RESULT)),
    b(
        Recv::New,
        &["ConsoleBox"],
        "ny_make_console",
        "",
        Ret::Object(class::CONSOLE),
    ),
    b(Recv::New, &["MathBox"], "ny_make_math", "", Ret::Object(class::MATH)),
    b(
        Recv::New,
        &["RangeBox"],
        "ny_range_new",
        "ddd",
        Ret::Object(class::RANGE),
    ),
    b(
        Recv::New,
        &["BufferBox"],
        "ny_make_buffer",
        "",
        Ret::Object(class::BUFFER),
    ),
    b(
        Recv::New,
        &["StreamBox"],
        "ny_make_stream",
        "",
        Ret::Object(class::STREAM),
    ),
    b(
        Recv::New,
        &["IntentBox"],
        "ny_make_intent",
        "dd",
        Ret::Object(class::INTENT),
    ),
    throws(b(
        Recv::New,
        &["JSONBox", "JsonBox"],
        "ny_make_json",
        "d",
        Ret::Object(class::JSON),
    )),
    throws(b(
        Recv::New,
        &["RegexBox"],
        "ny_make_regex",
        "s",
        Ret::Object(class::REGEX),
    )),
    b(Recv::New, &["TimeBox"], "ny_make_time", "", Ret::Object(class::TIME)),
    b(Recv::New, &["TimerBox"], "ny_make_timer", "", Ret::Object(class::TIMER)),
    b(
        Recv::New,
        &["DateTimeBox"],
        "ny_make_datetime",
        "",
        Ret::Object(class::DATETIME),
    ),
    b(
        Recv::New,
        &["RandomBox"],
        "ny_make_random",
        "",
        Ret::Object(class::RANDOM),
    ),
    b(Recv::New, &["DebugBox"], "ny_make_debug", "", Ret::Object(class::DEBUG)),
    b(Recv::New, &["SoundBox"], "ny_make_sound", "", Ret::Object(class::SOUND)),
    b(
        Recv::New,
        &["MethodBox"],
        "ny_method_new",
        "dd",
        Ret::Object(class::METHOD),
    ),
    b(Recv::New, &["FileBox"], "ny_make_file", "", Ret::Object(class::FILE)),
    b(Recv::New, &["PathBox"], "ny_make_path", "", Ret::Object(class::PATH)),
    // What lowering itself asks for
    b(Recv::Function, &["$flush"], "ny_flush", "", Ret::Nothing),
    b(Recv::Function, &["$weak"], "ny_weak_new", "d", Ret::Any),
    b(Recv::Function, &["$strong"], "ny_weak_get", "d", Ret::Any),
    b(Recv::Function, &["$finalise"], "ny_finalise", "o", Ret::Bool),
    b(Recv::Function, &["$args"], "ny_args", "", Ret::Strings),
    b(Recv::Function, &["$find"], "ny_map_find", "md", Ret::Any),
    b(
        Recv::Function,
        &["$future"],
        "ny_future_new",
        "d",
        Ret::Object(class::FUTURE),
    ),
    b(
        Recv::Function,
        &["$failed"],
        "ny_future_failed",
        "d",
        Ret::Object(class::FUTURE),
    ),
    throws(b(Recv::Function, &["$await"], "ny_await", "d", Ret::Any)),
    b(Recv::Function, &["$panic"], "@panic", "d", Ret::Never),
    b(Recv::Function, &["$exit_code"], "ny_exit_code", "d", Ret::Int),
    b(Recv::Function, &["$print_result"], "ny_print_result", "d", Ret::Nothing),
    throws(b(Recv::Function, &["$iterate"], "ny_iterate", "d", Ret::Array)),
    b(Recv::Function, &["$method_object"], "ny_method_object", "d", Ret::Any),
    b(Recv::Function, &["$method_name"], "ny_method_name", "d", Ret::Str),
    b(
        Recv::Function,
        &["$method"],
        "ny_method_new",
        "dd",
        Ret::Object(class::METHOD),
    ),
];

/// Finds an entry by receiver, name and number of arguments without the receiver.
pub fn find(recv: Recv, name: &str, arguments: usize) -> Option<&'static Builtin> {
    let with_self = !matches!(recv, Recv::Function | Recv::New);
    TABLE.iter().find(|b| {
        b.recv == recv
            && b.names.contains(&name)
            && match b.params.len() {
                // Boxes without state take no receiver.
                n if with_self && stateless(recv) => n == arguments,
                n => n == arguments + usize::from(with_self),
            }
    })
}

/// Boxes whose methods do not look at the receiver.
pub fn stateless(recv: Recv) -> bool {
    matches!(recv, Recv::Class(class::CONSOLE | class::MATH))
}

/// Whether a receiver has a method of that name with any number of arguments.
pub fn knows(recv: Recv, name: &str) -> bool {
    TABLE.iter().any(|b| b.recv == recv && b.names.contains(&name))
}

/// How many arguments a method of that name takes; the first entry counts.
pub fn arity(recv: Recv, name: &str) -> Option<usize> {
    let found = TABLE.iter().find(|b| b.recv == recv && b.names.contains(&name))?;
    Some(found.params.len() - usize::from(!stateless(recv)))
}

/// What reads an entry of a map as if it were a field.
pub fn map_get_field() -> &'static Builtin {
    map_method("getField", 1)
}

/// What sets an entry of a map as if it were a field.
pub fn map_set_field() -> &'static Builtin {
    map_method("setField", 2)
}

fn map_method(name: &str, arguments: usize) -> &'static Builtin {
    match find(M, name, arguments) {
        Some(b) => b,
        None => unreachable!("no builtin MapBox.{name}/{arguments}"),
    }
}

/// A function that lowering asks for by name.
pub fn internal(name: &str, arguments: usize) -> &'static Builtin {
    match find(Recv::Function, name, arguments) {
        Some(b) => b,
        None => unreachable!("no builtin {name}/{arguments}"),
    }
}

/// Class number of a builtin box.
pub fn class_of(name: &str) -> Option<u16> {
    Some(match name {
        "ArrayBox" => class::ARRAY,
        "MapBox" => class::MAP,
        "ErrorBox" => class::ERROR,
        "ResultBox" => class::RESULT,
        "ConsoleBox" => class::CONSOLE,
        "MathBox" => class::MATH,
        "RangeBox" => class::RANGE,
        "BufferBox" => class::BUFFER,
        "RegexBox" => class::REGEX,
        "JSONBox" => class::JSON,
        "TimeBox" => class::TIME,
        "DateTimeBox" => class::DATETIME,
        "RandomBox" => class::RANDOM,
        "StreamBox" => class::STREAM,
        "ChannelBox" => class::CHANNEL,
        "IntentBox" => class::INTENT,
        "DebugBox" => class::DEBUG,
        "SoundBox" => class::SOUND,
        "FutureBox" => class::FUTURE,
        "MethodBox" => class::METHOD,
        "TimerBox" => class::TIMER,
        "P2PBox" => class::P2P,
        "FileBox" => class::FILE,
        "PathBox" => class::PATH,
        _ => return None,
    })
}
