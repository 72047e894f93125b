//! DebugBox and SoundBox: what mostly talks.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Bool, Int, Nothing, Object, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "DebugBox",
    about: "Prints what a debugging session would show, and SoundBox, the bell of the terminal.",
    programs: &["debug"],
    rows: &[NEW, DEBUG, SOUND],
};

rows! {
    NEW for Receiver::New;
    ["DebugBox"] "ny_make_debug" "" () -> Object(class::DEBUG), Reads: "A box that counts what it is shown.";
    ["SoundBox"] "ny_make_sound" "" () -> Object(class::SOUND), Reads: "The bell.";
}

rows! {
    DEBUG for Receiver::Class(class::DEBUG);
    ["startTracking"] "ny_debug_start" "o" () -> Nothing, Writes: "Starts to count.";
    ["stopTracking"] "ny_debug_stop" "o" () -> Nothing, Writes: "Stops counting.";
    ["trackBox"] "ny_debug_track" "odd" (value, name) -> Nothing, Writes: "Counts a value.";
    ["getTrackedCount"] "ny_debug_count" "o" () -> Int, Reads: "How many values have been counted.";
    ["isTracking"] "ny_debug_tracking" "o" () -> Bool, Reads: "Whether it counts.";
    ["watch"] "ny_debug_watch" "odd" (value, name) -> Nothing, Writes: "Prints a value under a name.";
    ["setBreakpoint"] "ny_debug_breakpoint" "od" (name) -> Nothing, Writes: "Prints that there is a breakpoint at a function.";
    ["clear"] "ny_debug_clear" "o" () -> Nothing, Writes: "Counts from zero again.";
}

rows! {
    SOUND for Receiver::Class(class::SOUND);
    ["beep"] "ny_sound_beep" "o" () -> Text, Writes: "Rings the bell; gives the text `Beep!`.";
}
