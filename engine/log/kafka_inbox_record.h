// One record of the inbox as it is handed on: the event that it is, in structured or in binary mode, or why it is none.
#pragma once

#include <string>

#include "engine/log/kafka_handles.h"
#include "engine/log/kafka_inbox.h"
#include "events/event_decoder.h"

namespace rapport {

// Of a record in binary mode `raw` is the same event in structured mode: its headers say what its value does not.
InboxRecord read_inbox_record(EventDecoder& decoder, const rd_kafka_message_t& message, const std::string& topic);

// Stands for the records from `first` on and before `behind`, which were deleted unread.
InboxRecord lost_inbox_records(const std::string& topic, std::int32_t partition, std::int64_t first,
                               std::int64_t behind);

}  // namespace rapport
