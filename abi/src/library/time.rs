//! TimeBox, DateTimeBox and TimerBox: clocks and dates.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Bool, Done, Int, Object, OneOf, Text};

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
    ["DateTimeBox"] "ny_make_datetime_text" "s" (text) -> Object(class::DATETIME), Pure, fails: "The moment that a text names, as `TimeBox.parse` reads it; an error when it names none.";
    ["DateTimeBox"] "ny_make_datetime_day" "iii" (year, month, day) -> Object(class::DATETIME), Pure, fails: "The beginning of a day; an error when there is no such day.";
    ["DateTimeBox"] "ny_make_datetime_second" "iiiiii" (year, month, day, hour, minute, second) -> Object(class::DATETIME), Pure, fails: "A moment; an error when there is no such one.";
}

rows! {
    TIME for Receiver::Class(class::TIME);
    ["now"] "ny_time_now" "o" () -> Object(class::DATETIME), Reads: "Now.";
    ["fromTimestamp"] "ny_time_from" "oi" (seconds) -> Object(class::DATETIME), Pure: "The moment a number of seconds after the beginning of 1970.";
    ["parse"] "ny_time_parse" "os" (text) -> OneOf(&[Object(class::DATETIME), Text]), Pure: "The moment that a text in ISO 8601 names, such as `2026-04-20`, `2026-04-20 12:30:00` or `2026-04-20T12:30:00+09:00`, in UTC where it names no offset; a text that begins with `Error: ` when it names none.";
    ["sleep"] "ny_time_sleep" "oi" (milliseconds) -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Waits.";
    ["format"] "ny_time_format_now" "os" (pattern) -> Text, Reads: "Now, in a pattern of `strftime`.";
    ["nowMs", "now_ms", "millis", "currentTimeMillis"] "ny_time_millis" "o" () -> Int, Reads: "Milliseconds since the beginning of 1970.";
    ["timestamp", "seconds", "unix"] "ny_time_seconds" "o" () -> Int, Reads: "Seconds since the beginning of 1970.";
}

rows! {
    TIMER for Receiver::Class(class::TIMER);
    ["elapsed", "elapsedMs", "elapsed_ms", "stop"] "ny_timer_elapsed" "o" () -> Int, Reads: "Milliseconds since the timer was made or started again.";
    ["reset", "restart", "start"] "ny_timer_reset" "o" () -> Done, Writes, editions("Gives the text `ok` in the first edition, null in the second."): "Starts again.";
    ["now"] "ny_timer_now" "o" () -> Int, Reads: "Milliseconds on a clock that only goes forward.";
}

rows! {
    DATETIME for Receiver::Class(class::DATETIME);
    ["year"] "ny_date_part" "o" () -> Int, Reads, fixed(0): "The year.";
    ["month"] "ny_date_part" "o" () -> Int, Reads, fixed(1): "The month, from 1.";
    ["day"] "ny_date_part" "o" () -> Int, Reads, fixed(2): "The day of the month, from 1.";
    ["hour"] "ny_date_part" "o" () -> Int, Reads, fixed(3): "The hour.";
    ["minute"] "ny_date_part" "o" () -> Int, Reads, fixed(4): "The minute.";
    ["second"] "ny_date_part" "o" () -> Int, Reads, fixed(5): "The second.";
    ["timestamp", "toTimestamp", "unix"] "ny_date_part" "o" () -> Int, Reads, fixed(6): "Seconds since the beginning of 1970.";
    ["toISOString", "toISO", "to_iso_string"] "ny_date_iso" "o" () -> Text, Reads: "The moment as ISO 8601 writes it.";
    ["format"] "ny_date_format" "os" (pattern) -> Text, Reads: "The moment in a pattern of `strftime`: `%Y %m %d %H %M %S %F %T %s %y %j %A %a %B %b %%`.";
    ["addDays"] "ny_date_add" "oi" (days) -> Object(class::DATETIME), Reads, fixed(86400): "The moment a number of days later.";
    ["addHours"] "ny_date_add" "oi" (hours) -> Object(class::DATETIME), Reads, fixed(3600): "The moment a number of hours later.";
    ["addMinutes", "add_minutes"] "ny_date_add" "oi" (minutes) -> Object(class::DATETIME), Reads, fixed(60): "The moment a number of minutes later.";
    ["addSeconds", "add_seconds"] "ny_date_add" "oi" (seconds) -> Object(class::DATETIME), Reads, fixed(1): "The moment a number of seconds later.";
    ["addWeeks", "add_weeks"] "ny_date_add" "oi" (weeks) -> Object(class::DATETIME), Reads, fixed(604800): "The moment a number of weeks later.";
    ["addMonths", "add_months"] "ny_date_add_months" "oi" (months) -> Object(class::DATETIME), Reads, fixed(1): "The same day a number of months later, or the last day of a shorter month.";
    ["addYears", "add_years"] "ny_date_add_months" "oi" (years) -> Object(class::DATETIME), Reads, fixed(12): "The same day a number of years later, or February 28.";
    ["weekday", "dayOfWeek", "day_of_week"] "ny_date_weekday" "o" () -> Int, Reads: "The day of the week: 0 for Sunday to 6 for Saturday.";
    ["dayOfYear", "day_of_year"] "ny_date_year_day" "o" () -> Int, Reads: "The day of the year, from 1.";
    ["isLeapYear", "is_leap_year"] "ny_date_is_leap" "o" () -> Bool, Reads: "Whether the year has 366 days.";
    ["daysInMonth", "days_in_month"] "ny_date_month_days" "o" () -> Int, Reads: "How many days the month has.";
    ["diff", "secondsSince", "since", "diffSeconds"] "+date_since" "od" (other) -> Int, Reads: "Seconds from another moment to this one.";
    ["diffDays", "daysSince"] "+date_diffDays" "od" (other) -> Int, Reads: "Whole days from another moment to this one.";
    ["isBefore", "is_before"] "+date_isBefore" "od" (other) -> Bool, Reads: "Whether it is earlier than another moment.";
    ["isAfter", "is_after"] "+date_isAfter" "od" (other) -> Bool, Reads: "Whether it is later than another moment.";
    ["isSame", "equals"] "+date_isSame" "od" (other) -> Bool, Reads: "Whether both are the same moment.";
    ["millisecond"] "+date_millisecond" "o" () -> Int, Reads: "0: moments are whole seconds.";
}
