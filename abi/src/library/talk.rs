//! ChannelBox and IntentBox: messages.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Any, Bool, Int, Nothing, Object, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "ChannelBox",
    about: "What `a >> b` makes in the first edition, which also keeps what is sent until it is received; IntentBox, a message with a name and a payload; CounterBox and IntCellBox, a number that is shared.",
    programs: &["channel"],
    rows: &[NEW, CHANNEL, INTENT, COUNTER, CELL],
};

rows! {
    NEW for Receiver::New;
    ["IntentBox"] "ny_make_intent_empty" "" () -> Object(class::INTENT), Reads: "A message without a name and a payload.";
    ["IntentBox"] "ny_make_intent" "dd" (name, payload) -> Object(class::INTENT), Reads: "A message; a payload that is JSON is read as such.";
    ["ChannelBox"] "ny_make_channel" "" () -> Object(class::CHANNEL), Reads: "A channel whose ends have no names.";
    ["ChannelBox"] "ny_make_channel_named" "dd" (sender, receiver) -> Object(class::CHANNEL), Reads: "A channel with the names of its ends.";
    ["CounterBox"] "ny_make_counter" "" () -> Object(class::COUNTER), Reads: "A counter at 0.";
    ["IntCellBox"] "ny_make_int_cell" "i" (value) -> Object(class::INT_CELL), Reads: "A place for an integer.";
    ["IntCellBox"] "ny_make_int_cell_zero" "" () -> Object(class::INT_CELL), Reads: "A place with 0.";
}

rows! {
    CHANNEL for Receiver::Class(class::CHANNEL);
    ["sender"] "ny_channel_sender" "o" () -> Text, Reads: "The text of the left end.";
    ["receiver"] "ny_channel_receiver" "o" () -> Text, Reads: "The text or the name of the right end.";
    ["sendMessage"] "ny_channel_send" "od" (value) -> Object(class::MESSAGE), Reads: "A message that prints as `[ID] sender: value`.";
    ["announce"] "ny_channel_announce" "od" (value) -> Text, Reads: "The text `Broadcast from sender: value`.";
    ["send", "push", "put"] "ny_channel_put" "od" (value) -> Bool, Writes: "Puts a value into the channel; whether it is still open.";
    ["receive", "recv", "take", "pop"] "ny_channel_take" "o" () -> Any, Writes: "Takes the value that was sent first; null when there is none.";
    ["length", "size"] "ny_channel_length" "o" () -> Int, Reads: "How many values have been sent and not received.";
    ["close"] "ny_channel_close" "o" () -> Nothing, Writes: "The channel takes no more values.";
    ["isClosed", "is_closed"] "ny_channel_is_closed" "o" () -> Bool, Reads: "Whether it has been closed.";
}

rows! {
    INTENT for Receiver::Class(class::INTENT);
    ["getName", "name"] "ny_intent_name" "o" () -> Text, Reads: "The name.";
    ["getPayload", "payload"] "ny_intent_payload" "o" () -> Text, Reads: "The payload as JSON.";
    ["getType", "type"] "ny_intent_type" "o" () -> Text, Reads: "The text `IntentBox`.";
}

rows! {
    COUNTER for Receiver::Class(class::COUNTER);
    ["inc", "increment"] "ny_counter_inc" "o" () -> Int, Writes: "Adds 1; gives the number.";
    ["add"] "ny_counter_add" "oi" (n) -> Int, Writes: "Adds a number; gives the sum.";
    ["get", "value", "count"] "ny_cell_get" "o" () -> Int, Reads: "The number.";
}

rows! {
    CELL for Receiver::Class(class::INT_CELL);
    ["get", "value"] "ny_cell_get" "o" () -> Int, Reads: "The integer.";
    ["set"] "ny_cell_set" "oi" (value) -> Nothing, Writes: "Replaces the integer.";
}
