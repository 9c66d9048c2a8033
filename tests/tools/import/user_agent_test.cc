#include "tools/rapport/import/user_agent.h"

#include <gtest/gtest.h>

#include <ostream>

namespace rapport {

void PrintTo(const UserAgent& agent, std::ostream* out) {
  for (const auto& part : {agent.name, agent.version, agent.os_name, agent.os_version, agent.device_type,
                           agent.device_vendor, agent.device_model}) {
    *out << (part ? "\"" + *part + "\"" : "null") << ' ';
  }
}

namespace {

using Text = std::optional<std::string>;
constexpr std::nullopt_t null = std::nullopt;

struct Row {
  std::string header;
  UserAgent agent;
};

UserAgent browser(Text name, Text version, Text os, Text os_version, Text type, Text vendor = null, Text model = null) {
  return {name, version, os, os_version, type, vendor, model};
}

UserAgent robot(Text name, Text version) { return {name, version, null, null, "bot", null, null}; }

TEST(UserAgent, ReadsBrowsersSystemsAndDevices) {
  for (const auto& row : {
           Row{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) "
               "Chrome/32.0.1700.77 "
               "Safari/537.36",
               browser("Chrome", "32.0.1700.77", "macOS", "10.9.1", "desktop", "Apple", "Macintosh")},
           Row{"Mozilla/5.0 (Windows NT 6.1; WOW64; rv:27.0) Gecko/20100101 Firefox/27.0",
               browser("Firefox", "27.0", "Windows", "7", "desktop")},
           Row{"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:25.0) Gecko/20100101 Firefox/25.0",
               browser("Firefox", "25.0", "Linux", null, "desktop")},
           Row{"Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.0; Trident/5.0)",
               browser("Internet Explorer", "9.0", "Windows", "Vista", "desktop")},
           Row{"Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko",
               browser("Internet Explorer", "11.0", "Windows", "8.1", "desktop")},
           Row{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
               "Safari/537.36 Edg/131.0.0.0",
               browser("Edge", "131.0.0.0", "Windows", "10", "desktop")},
           Row{"Opera/9.80 (Windows NT 5.1; MRA 6.0 (build 5831)) Presto/2.12.388 Version/12.16",
               browser("Opera", "12.16", "Windows", "XP", "desktop")},
           Row{"Mozilla/5.0 (iPhone; CPU iPhone OS 7_0_4 like Mac OS X) AppleWebKit/537.51.1 (KHTML, like Gecko) "
               "Version/7.0 "
               "Mobile/11B554a Safari/9537.53",
               browser("Safari", "7.0", "iOS", "7.0.4", "mobile", "Apple", "iPhone")},
           Row{"Mozilla/5.0 (iPad; CPU OS 7_0_4 like Mac OS X) AppleWebKit/537.51.1 (KHTML, like Gecko) "
               "CriOS/32.0.1700.20 "
               "Mobile/11B554a Safari/9537.53",
               browser("Chrome", "32.0.1700.20", "iOS", "7.0.4", "tablet", "Apple", "iPad")},
           Row{"Mozilla/5.0 (Linux; Android 4.4.2; SM-G900F Build/KOT49H) AppleWebKit/537.36 (KHTML, like Gecko) "
               "Chrome/33.0.1750.136 Mobile Safari/537.36",
               browser("Chrome", "33.0.1750.136", "Android", "4.4.2", "mobile", "Samsung", "SM-G900F")},
           Row{"Mozilla/5.0 (Linux; U; Android 4.0.4; en-us; Unheard Of Build/X) AppleWebKit/534.30 (KHTML, like "
               "Gecko) "
               "Version/4.0 Safari/534.30",
               browser("Android Browser", "4.0", "Android", "4.0.4", "tablet", null, "Unheard Of")},
           Row{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile "
               "Safari/537.36",
               browser("Chrome", "131.0.0.0", "Android", "10", "mobile")},
           Row{"Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; ARM; Touch; NOKIA; "
               "Lumia "
               "920)",
               browser("Internet Explorer", "10.0", "Windows Phone", "8.0", "mobile")},
           Row{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
               "Safari/537.36",
               browser("Chrome", "131.0.0.0", "ChromeOS", null, "desktop")},
           Row{"Mozilla/5.0 (Linux; Android 9; CUBOT X19 Build/PPR1) AppleWebKit/537.36 (KHTML, like Gecko) "
               "Chrome/80.0.3987.99 Mobile Safari/537.36",
               browser("Chrome", "80.0.3987.99", "Android", "9", "mobile", null, "CUBOT X19")},
       }) {
    EXPECT_EQ(read_user_agent(row.header), row.agent) << row.header;
  }
}

TEST(UserAgent, KnowsRobotsByTheirNameOrTheAddressTheyLeave) {
  for (const auto& row : {
           Row{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", robot("Googlebot", "2.1")},
           Row{"Mozilla/5.0 (iPhone; CPU iPhone OS 6_0 like Mac OS X) Mobile/10A5376e Safari/8536.25 (compatible; "
               "Googlebot-Mobile/2.1; +http://www.google.com/bot.html)",
               robot("Googlebot-Mobile", "2.1")},
           Row{"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", robot("YandexBot", "3.0")},
           Row{"Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
               robot("Slurp", null)},
           Row{"Tiny Tiny RSS/1.11 (http://tt-rss.org/)", robot("Tiny Tiny RSS", "1.11")},
           Row{"UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
               robot("UniversalFeedParser", "4.2-pre-314-svn")},
           Row{"Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)", robot("YandexImages", "3.0")},
           Row{"Mozilla/5.0 (compatible; archive.org_bot +http://www.archive.org/details/archive.org_bot)",
               robot("archive.org_bot", null)},
           Row{"Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
               robot("Sogou web spider", "4.0")},
           Row{"ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)",
               robot("ia_archiver", null)},
           Row{"curl/7.22.0 (x86_64-pc-linux-gnu)", robot("curl", "7.22.0")},
           Row{"Mozilla/5.0 (compatible; http://example.com/)", robot(null, null)},
       }) {
    EXPECT_EQ(read_user_agent(row.header), row.agent) << row.header;
  }
}

TEST(UserAgent, LeavesUnknownWhatIsNotPlain) {
  EXPECT_EQ(read_user_agent(""), UserAgent{});
  EXPECT_EQ(read_user_agent("Mozilla/4.0"), UserAgent{});
  EXPECT_EQ(read_user_agent("SomethingNew 1"), UserAgent{});
  EXPECT_EQ(read_user_agent("Mozilla/5.0 (Linux; U; en-us; KFAPWI Build/JDQ39) Silk/3.13"), UserAgent{});
  EXPECT_EQ(read_user_agent("Firefox/"), browser("Firefox", null, null, null, null));
  EXPECT_EQ(read_user_agent("Mozilla/5.0 (Windows NT 99.9)"), browser(null, null, "Windows", "99.9", "desktop"));
  EXPECT_EQ(read_user_agent("Mozilla/5.0 (Linux; Android; Build/"), browser(null, null, "Android", null, "tablet"));
}

}  // namespace
}  // namespace rapport
