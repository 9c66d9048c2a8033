// rapport contact create, set, tag, archive, merge, block, delete ...: what changes a contact.
#include <iostream>
#include <memory>

#include "events/text.h"
#include "tools/rapport/api_change.h"
#include "tools/rapport/contacts/assignments.h"
#include "tools/rapport/contacts/contact_address.h"
#include "tools/rapport/contacts/contact_card.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/moment.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct ContactChangeArguments {
  ServerOptions server;
  ChangeOptions change;
  std::string contact, into;  // find_contact's addresses
  std::vector<std::string> assignments, tags;
  std::string until;
};

Result<ExitCode> send_and_show(const ContactChangeArguments& arguments, ApiClient& api, const ApiChange& change) {
  ChangeOptions options = arguments.change;
  options.json = arguments.server.json;
  const auto answer = send_change(api, change, options);
  if (!answer) return answer.error();
  if (!*answer) return ExitCode::no;
  show_contact(**answer, arguments.server.json);
  return ExitCode::done;
}

// A change of the contact that the arguments name.
Result<ExitCode> change(const ContactChangeArguments& arguments, HttpMethod method, const std::string& suffix,
                        const json::object& body) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  const ApiChange wanted{.method = method, .target = contact_path(*id) + suffix, .body = json::serialize(body)};
  return send_and_show(arguments, *api, wanted);
}

Result<ExitCode> create(const ContactChangeArguments& arguments) {
  const auto fields = parse_assignments(arguments.assignments);
  if (!fields) return fields.error();
  json::object body{{"fields", *fields}};
  if (!arguments.tags.empty()) body["tags"] = json::value_from(arguments.tags);
  auto api = arguments.server.connect();
  if (!api) return api.error();
  return send_and_show(arguments, *api, {.target = "/v1/contacts", .body = json::serialize(body)});
}

Result<ExitCode> set(const ContactChangeArguments& arguments) {
  const auto fields = parse_assignments(arguments.assignments);
  if (!fields) return fields.error();
  return change(arguments, HttpMethod::patch, "", {{"fields", *fields}});
}

Result<ExitCode> tag(const ContactChangeArguments& arguments) {
  json::array add, remove;
  for (const std::string& text : arguments.tags) {
    const bool removed = text.starts_with('^');
    const std::string name = removed || text.starts_with('+') ? text.substr(1) : text;
    if (name.empty()) return Error{Errc::invalid_argument, quote(text) + " names no tag", "tags"};
    (removed ? remove : add).emplace_back(name);
  }
  json::object body;
  if (!add.empty()) body["add"] = add;
  if (!remove.empty()) body["remove"] = remove;
  return change(arguments, HttpMethod::post, "/tags", body);
}

Result<ExitCode> archive(const ContactChangeArguments& arguments) {
  return change(arguments, HttpMethod::post, "/archive", {});
}

Result<ExitCode> unarchive(const ContactChangeArguments& arguments) {
  return change(arguments, HttpMethod::post, "/unarchive", {});
}

Result<ExitCode> block(const ContactChangeArguments& arguments) {
  json::object block;
  if (!arguments.until.empty()) {
    const auto until = parse_moment(arguments.until, now_wall_clock());
    if (!until) return Error{Errc::invalid_argument, until.error().detail, "--until"};
    block["until"] = format_timestamp(*until);
  }
  return change(arguments, HttpMethod::patch, "", {{"blocked", block}});
}

Result<ExitCode> unblock(const ContactChangeArguments& arguments) {
  return change(arguments, HttpMethod::patch, "", {{"blocked", nullptr}});
}

Result<ExitCode> merge(const ContactChangeArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto into = find_contact(*api, arguments.into);
  if (!into) return into.error();
  return change(arguments, HttpMethod::post, "/merge", {{"into", into->value}});
}

Result<ExitCode> unmerge(const ContactChangeArguments& arguments) {
  return change(arguments, HttpMethod::post, "/unmerge", {});
}

std::string name_of(ContactId id) { return "contact " + std::to_string(id.value); }

// What cannot be taken back of the contact that the arguments name: asked about first. `change` makes it of the
// contact; `tell` says for a person what came of it.
Result<ExitCode> destroy(const ContactChangeArguments& arguments, ApiChange (*change)(ContactId),
                         void (*tell)(ContactId, const json::value& answer, bool dry_run)) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  ChangeOptions options = arguments.change;
  options.json = arguments.server.json;
  const auto answer = send_change(*api, change(*id), options);
  if (!answer) return answer.error();
  if (!*answer) return ExitCode::no;
  if (arguments.server.json) {
    std::cout << json::serialize(**answer) << "\n";
  } else {
    tell(*id, **answer, arguments.change.dry_run);
  }
  return ExitCode::done;
}

ApiChange deletion(ContactId id) {
  return {.method = HttpMethod::delete_,
          .target = contact_path(id),
          .question = "Delete " + name_of(id) + "? Reads answer 410 from then on; its log stays."};
}

void tell_deleted(ContactId id, const json::value&, bool dry_run) {
  if (!dry_run) std::cout << name_of(id) << " is deleted; its log stays\n";
}

Result<ExitCode> remove(const ContactChangeArguments& arguments) { return destroy(arguments, deletion, tell_deleted); }

ApiChange erasure(ContactId id) {
  return {.target = contact_path(id) + "/erase",
          .question = "Erase " + name_of(id) +
                      "? What is known of it, and of all that is merged into it, is destroyed for good: no rebuild and "
                      "no backup brings it back."};
}

void tell_erased(ContactId id, const json::value& answer, bool dry_run) {
  const json::object& told = answer.as_object();
  if (const json::value* warning = told.if_contains("warning"); warning && warning->is_string()) {
    std::cerr << "warning: " << std::string_view(warning->get_string()) << "\n";
  }
  const json::object& gone = told.at("gone").as_object();
  std::cout << name_of(id) << (dry_run ? " would be" : " is") << " erased: " << json_text(gone.at("fields"))
            << " fields, " << json_text(gone.at("tags")) << " tags, " << json_text(gone.at("identities"))
            << " identities, what " << json_text(gone.at("events")) << " events said\n";
}

Result<ExitCode> erase(const ContactChangeArguments& arguments) { return destroy(arguments, erasure, tell_erased); }

}  // namespace

void add_contact_changes(CLI::App& command, Run& run) {
  const auto arguments = std::make_shared<ContactChangeArguments>();
  const auto add = [&](const char* name, const char* help, Result<ExitCode> (*body)(const ContactChangeArguments&)) {
    CLI::App& sub = *command.add_subcommand(name, help);
    add_server_options(sub, arguments->server);
    add_change_options(sub, arguments->change);
    on_run(sub, run, [arguments, body] { return body(*arguments); });
    return &sub;
  };
  const auto with_id = [&](CLI::App* sub) {
    sub->add_option("contact", arguments->contact, "Its id, or an identity of it: web:ada")->required();
    return sub;
  };
  const auto with_version = [&](CLI::App* sub) {
    sub->add_option("--if-version", arguments->change.if_version, "Only where the contact is still at this version");
    return with_id(sub);
  };
  CLI::App* created = add("create", "A new contact", create);
  created->add_option("fields", arguments->assignments, kAssignmentHelp)->required();
  created->add_option("--tag", arguments->tags, "A tag; may be given again");
  with_version(add("set", "Set or remove fields", set))
      ->add_option("fields", arguments->assignments, kAssignmentHelp)
      ->required();
  with_version(add("tag", "Add and remove tags: tag 42 vip ^lead", tag))
      ->add_option("tags", arguments->tags, "vip or +vip adds, ^vip removes")
      ->required();
  with_version(add("archive", "Put a contact aside", archive));
  with_version(add("unarchive", "Take it back", unarchive));
  with_version(add("block", "Block a contact, for good or for a while", block))
      ->add_option("--until", arguments->until, "A time");
  with_version(add("unblock", "Let it in again", unblock));
  with_id(add("merge", "Merge a contact into another; unmerge takes it back", merge))
      ->add_option("into", arguments->into, "The contact that it is merged into, named the same way")
      ->required();
  with_id(add("unmerge", "Give a merged contact back its own", unmerge));
  with_id(add("erase", "Destroy what is known of a contact, for good", erase))
      ->add_flag("--yes", arguments->change.yes, "Do not ask");
  with_version(add("delete", "Delete a contact; its log stays", remove))
      ->add_flag("--yes", arguments->change.yes, "Do not ask");
}

}  // namespace rapport
