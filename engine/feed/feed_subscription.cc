#include "engine/feed/feed_subscription.h"

#include "engine/feed/feed.h"

namespace rapport {

FeedSubscription::~FeedSubscription() { feed_.leave(*this); }

}  // namespace rapport
