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
    ["dumpAll"] "ny_debug_report" "o" () -> Text, Reads, fixed(0): "What has been counted, as a text.";
    ["memoryReport"] "ny_debug_report" "o" () -> Text, Reads, fixed(1): "How much has been counted, as a text.";
    ["traceCall"] "ny_debug_call" "odd" (name, arguments) -> Nothing, Writes: "Remembers a call.";
    ["showCallStack"] "ny_debug_report" "o" () -> Text, Reads, fixed(2): "The calls that `traceCall` was told, as a text.";
    ["saveToFile"] "ny_debug_save" "od" (path) -> Nothing, Writes: "Prints that the report is saved; writes no file.";
}

rows! {
    SOUND for Receiver::Class(class::SOUND);
    ["beep"] "ny_sound_beep" "o" () -> Text, Writes: "Rings the bell; gives the text `Beep!`.";
    ["beeps"] "ny_sound_ring" "oi" (n) -> Text, Writes, fixed(0): "Rings the bell several times.";
    ["tone"] "ny_sound_tone" "oii" (hertz, milliseconds) -> Text, Writes: "Rings the bell once.";
    ["alert"] "ny_sound_times" "o" () -> Text, Writes, fixed(3): "Rings the bell three times.";
    ["success"] "ny_sound_times" "o" () -> Text, Writes, fixed(1): "Rings the bell once.";
    ["error"] "ny_sound_times" "o" () -> Text, Writes, fixed(2): "Rings the bell twice.";
    ["pattern"] "ny_sound_pattern" "os" (pattern) -> Text, Writes: "Rings the bell for each `.` and `-`.";
    ["volumeTest"] "ny_sound_times" "o" () -> Text, Writes, fixed(5): "Rings the bell five times.";
    ["interval"] "ny_sound_tone" "oii" (n, milliseconds) -> Text, Writes: "Rings the bell once.";
}
