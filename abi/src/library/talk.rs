//! ChannelBox and IntentBox: messages.

use super::{Chapter, Effect, Gives, Receiver, Row};
use crate::class;
use Gives::{Object, Text};

pub static CHAPTER: Chapter = Chapter {
    title: "ChannelBox",
    about: "What `a >> b` makes in the first edition, and IntentBox, a message with a name and a payload.",
    programs: &["channel"],
    rows: &[NEW, CHANNEL, INTENT],
};

rows! {
    NEW for Receiver::New;
    ["IntentBox"] "ny_make_intent_empty" "" () -> Object(class::INTENT), Reads: "A message without a name and a payload.";
    ["IntentBox"] "ny_make_intent" "dd" (name, payload) -> Object(class::INTENT), Reads: "A message; a payload that is JSON is read as such.";
}

rows! {
    CHANNEL for Receiver::Class(class::CHANNEL);
    ["sender"] "ny_channel_sender" "o" () -> Text, Reads: "The text of the left end.";
    ["receiver"] "ny_channel_receiver" "o" () -> Text, Reads: "The text or the name of the right end.";
    ["sendMessage"] "ny_channel_send" "od" (value) -> Object(class::MESSAGE), Reads: "A message that prints as `[ID] sender: value`.";
    ["announce"] "ny_channel_announce" "od" (value) -> Text, Reads: "The text `Broadcast from sender: value`.";
}

rows! {
    INTENT for Receiver::Class(class::INTENT);
    ["getName", "name"] "ny_intent_name" "o" () -> Text, Reads: "The name.";
    ["getPayload", "payload"] "ny_intent_payload" "o" () -> Text, Reads: "The payload as JSON.";
    ["getType", "type"] "ny_intent_type" "o" () -> Text, Reads: "The text `IntentBox`.";
}
