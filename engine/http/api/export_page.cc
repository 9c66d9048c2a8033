#include "engine/http/api/export_page.h"

#include <boost/json.hpp>

#include "events/json_value.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::string_view kHead =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\"><title>Everything known of contact ";
constexpr std::string_view kStyle =
    "</title><style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color-scheme:light dark}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.3rem .6rem .3rem 0;border-bottom:1px solid #8884;overflow-wrap:anywhere}th{font-weight:600}"
    "td.t{white-space:nowrap}code{font-size:.9em}</style></head><body>";

void escape(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
}

// A text as it is, anything else as JSON; nothing for null.
std::string shown(const json::value& value) {
  if (value.is_null()) return "";
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

void cell(std::string& out, std::string_view text, std::string_view kind = "") {
  out += kind.empty() ? "<td>" : "<td class=\"" + std::string(kind) + "\">";
  escape(out, text);
  out += "</td>";
}

void header(std::string& out, std::string_view title, std::initializer_list<std::string_view> columns) {
  out.append("<h2>").append(title).append("</h2><table><thead><tr>");
  for (const std::string_view column : columns) out.append("<th scope=\"col\">").append(column).append("</th>");
  out += "</tr></thead><tbody>";
}

void write_values(std::string& out, const json::array& blames) {
  header(out, "What is known, and who said so", {"what", "value", "since", "by", "writes"});
  for (const json::value& blame : blames) {
    const json::value& holder = blame.at("writes").as_array().front();
    out += "<tr>";
    cell(out, shown(blame.at("path")));
    cell(out, shown(blame.at("value")));
    cell(out, shown(holder.at("time")), "t");
    cell(out, shown(holder.at("source")) + (holder.at("actor").is_null() ? "" : ", " + shown(holder.at("actor"))));
    cell(out, shown(blame.at("writeCount")));
    out += "</tr>";
  }
  out += "</tbody></table>";
}

void write_identities(std::string& out, const json::array& identities) {
  if (identities.empty()) return;
  header(out, "Under which names", {"channel", "name there"});
  for (const json::value& identity : identities) {
    out += "<tr>";
    cell(out, shown(identity.at("channel")));
    cell(out, shown(identity.at("externalId")));
    out += "</tr>";
  }
  out += "</tbody></table>";
}

void write_sources(std::string& out, const json::array& sources) {
  header(out, "Where it comes from", {"source", "events", "first", "last"});
  for (const json::value& source : sources) {
    out += "<tr>";
    cell(out, shown(source.at("source")));
    cell(out, shown(source.at("events")));
    cell(out, shown(source.at("first")), "t");
    cell(out, shown(source.at("last")), "t");
    out += "</tr>";
  }
  out += "</tbody></table>";
}

void write_events(std::string& out, const json::array& timeline) {
  header(out, "Everything that happened", {"time", "what", "said by", "details"});
  for (const json::value& entry : timeline) {
    out += "<tr>";
    cell(out, shown(entry.at("time")), "t");
    cell(out, shown(entry.at("type")) + (entry.at("outcome") == "refused" ? " (refused)" : ""));
    cell(out, shown(entry.at("source")));
    const json::value* data = entry.as_object().if_contains("data");
    cell(out, data == nullptr ? "" : json::serialize(*data));
    out += "</tr>";
  }
  out += "</tbody></table>";
}

}  // namespace

std::string export_page(std::string_view document) {
  const json::value said = parse_json_value(document);
  const json::value& contact = said.at("contact");
  const std::string id = shown(contact.at("id"));
  std::string out(kHead);
  out.append(id).append(kStyle).append("<h1>Everything known of contact ").append(id).append("</h1><p>As of ");
  escape(out, shown(said.at("exported")));
  out += ", position <code>";
  escape(out, shown(said.at("position")));
  out += "</code>.</p>";
  write_values(out, said.at("blame").as_array());
  write_identities(out, contact.at("identities").as_array());
  write_sources(out, said.at("sources").as_array());
  write_events(out, said.at("timeline").as_array());
  out += "</body></html>\n";
  return out;
}

}  // namespace rapport
