//! TimeBox, DateTimeBox and TimerBox: clocks and dates.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Done, Int, Object, OneOf, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "TimeBox",
    about: "Clocks and dates in UTC. A DateTimeBox is a moment, in whole seconds.",
    programs: &["time"],
    rows: &[NEW, TIME, DATETIME, TIMER],
};

rows! {
    NEW for Receiver::New;
    ["TimeBox"] "ny_make_time" "" () -> Object(class::TIME), Reads: "The clock.";
    ["DateTimeBox"] "ny_make_datetime" "" () -> Object(class::DATETIME), Reads: "Now.";
    ["TimerBox"] "ny_make_timer" "" () -> Object(class::TIMER), Reads: "A timer that starts now.";
}

rows! {
    TIME for Receiver::Class(class::TIME);
    ["now"] "ny_time_now" "o" () -> Object(class::DATETIME), Reads: "Now.";
    ["fromTimestamp"] "ny_time_from" "oi" (seconds) -> Object(class::DATETIME), Pure: "The moment a number of seconds after the beginning of 1970.";
    ["parse"] "ny_time_parse" "os" (text) -> OneOf(&[Object(class::DATETIME), Text]), Pure: "The moment that a text such as `2026-04-20 12:30:00` names; a text that begins with `Error: ` when it names none.";
    ["sleep"] "ny_time_sleep" "oi" (milliseconds) -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Waits.";
    ["format"] "ny_time_format_now" "os" (pattern) -> Text, Reads: "Now, in a pattern of `strftime`.";
}

rows! {
    TIMER for Receiver::Class(class::TIMER);
    ["elapsed"] "ny_timer_elapsed" "o" () -> Int, Reads: "Milliseconds since the timer was made or started again.";
    ["reset", "restart"] "ny_timer_reset" "o" () -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Starts again.";
}

rows! {
    DATETIME for Receiver::Class(class::DATETIME);
    ["year"] "ny_date_part" "o" () -> Int, Reads, fixed(0): "The year.";
    ["month"] "ny_date_part" "o" () -> Int, Reads, fixed(1): "The month, from 1.";
    ["day"] "ny_date_part" "o" () -> Int, Reads, fixed(2): "The day of the month, from 1.";
    ["hour"] "ny_date_part" "o" () -> Int, Reads, fixed(3): "The hour.";
    ["minute"] "ny_date_part" "o" () -> Int, Reads, fixed(4): "The minute.";
    ["second"] "ny_date_part" "o" () -> Int, Reads, fixed(5): "The second.";
    ["timestamp"] "ny_date_part" "o" () -> Int, Reads, fixed(6): "Seconds since the beginning of 1970.";
    ["toISOString"] "ny_date_iso" "o" () -> Text, Reads: "The moment as ISO 8601 writes it.";
    ["format"] "ny_date_format" "os" (pattern) -> Text, Reads: "The moment in a pattern of `strftime`: `%Y %m %d %H %M %S %F %T %s %y %j %A %a %B %b %%`.";
    ["addDays"] "ny_date_add" "oi" (days) -> Object(class::DATETIME), Reads, fixed(86400): "The moment a number of days later.";
    ["addHours"] "ny_date_add" "oi" (hours) -> Object(class::DATETIME), Reads, fixed(3600): "The moment a number of hours later.";
}
