// rapport keys: who may do what.
#include <iostream>
#include <memory>

#include "engine/auth/api_key.h"
#include "engine/http/request_target.h"
#include "engine/seal/key_file.h"
#include "tools/rapport/command.h"
#include "tools/rapport/operate/log_options.h"
#include "tools/rapport/terminal/confirm.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct KeysArguments {
  ServerOptions server;
  std::string id, name, expires;
  std::vector<std::string> scopes, origins, fields;
  bool yes = false;
  std::filesystem::path data, new_master_key_file;
  LogOptions log;
};

Result<ExitCode> list(const KeysArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto keys = api->get("/v1/keys");
  if (!keys) return keys.error();
  Table table({"ID", "NAME", "CREATED", "EXPIRES", "REVOKED", "LAST USED", "SCOPES"});
  table.yielding({1});
  for (const json::value& key : keys->at("items").as_array()) {
    if (arguments.server.json) {
      std::cout << json::serialize(key) << "\n";
      continue;
    }
    std::string scopes;
    for (const json::value& scope : key.at("scopes").as_array())
      scopes += (scopes.empty() ? "" : " ") + json_text(scope);
    table.add({json_text(key.at("id")), json_text(key.at("name")), json_text(key.at("created")),
               json_text(key.at("expires")), json_text(key.at("revoked")), json_text(key.at("lastUsed")), scopes});
  }
  if (!arguments.server.json) table.print();
  return ExitCode::done;
}

Result<ExitCode> create(const KeysArguments& arguments) {
  if (arguments.scopes.empty() && arguments.origins.empty()) {
    return Error{Errc::invalid_argument, "say what the key may do: --scope, or --origin for a page's"};
  }
  json::object body{{"name", arguments.name}};
  for (const auto& [member, texts] : {std::pair("scopes", &arguments.scopes), std::pair("origins", &arguments.origins),
                                      std::pair("fields", &arguments.fields)}) {
    if (!texts->empty()) body[member] = json::value_from(*texts);
  }
  if (!arguments.expires.empty()) body["expires"] = arguments.expires;
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto key = api->send(HttpMethod::post, "/v1/keys", json::serialize(body));
  if (!key) return key.error();
  if (arguments.server.json) {
    std::cout << json::serialize(*key) << "\n";
  } else {
    std::cout << json_text(key->at("key")) << "\n";
    std::cerr << "The key is shown this once; its id is " << json_text(key->at("id")) << ".\n";
  }
  return ExitCode::done;
}

Result<ExitCode> revoke(const KeysArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto sure = confirm("Revoke key " + arguments.id + "? Whoever uses it is refused from then on.", arguments.yes);
  if (!sure) return sure.error();
  if (!*sure) return ExitCode::no;
  const auto revoked = api->send(HttpMethod::delete_, "/v1/keys/" + percent_encode(arguments.id), "");
  if (!revoked) return revoked.error();
  std::cerr << "key " << arguments.id << " is revoked\n";
  return ExitCode::done;
}

// The key that the contacts' keys are under now: never made, a new one opens none of them.
Result<SecretKey> old_master_key(const KeysArguments& arguments, const SealOptions& seal) {
  if (seal.master_key) return *seal.master_key;
  const std::filesystem::path file =
      seal.master_key_file.empty() ? arguments.data / kMasterKeyFile : seal.master_key_file;
  if (!std::filesystem::exists(file)) {
    return Error{Errc::not_found, "the master key that the contacts' keys are under is not there", file.string()};
  }
  return read_or_make_key_file(file);
}

Result<ExitCode> move_master(const KeysArguments& arguments) {
  const std::filesystem::path directory = arguments.data / kKeysDirectory;
  const auto choice = arguments.log.choose();
  if (!choice) return choice.error();
  std::unique_ptr<KeyStream> stream;
  if (choice->seal.open_stream) {
    auto opened = choice->seal.open_stream(false);
    if (!opened) return opened.error();
    stream = *std::move(opened);
  }
  if (stream == nullptr && !std::filesystem::exists(directory))
    return Error{Errc::not_found, "there are no contacts' keys", directory.string()};
  const auto old = old_master_key(arguments, choice->seal);
  if (!old) return old.error();
  const auto keys = ContactKeys::open(directory, *old, std::nullopt, std::move(stream));
  if (!keys) return keys.error();
  const auto next = read_or_make_key_file(arguments.new_master_key_file);
  if (!next) return next.error();
  RAPPORT_TRY((*keys)->change_master(*next));
  std::cerr << "the contacts' keys are under the key in " << arguments.new_master_key_file.string()
            << " now; start the engine with it, and keep the old one as long as backups are\n";
  return ExitCode::done;
}

}  // namespace

void add_keys_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("keys", "API keys: list, create, revoke");
  command.require_subcommand(1);
  const auto arguments = std::make_shared<KeysArguments>();
  const auto add = [&](const char* name, const char* help, Result<ExitCode> (*body)(const KeysArguments&)) {
    CLI::App& sub = *command.add_subcommand(name, help);
    add_server_options(sub, arguments->server);
    on_run(sub, run, [arguments, body] { return body(*arguments); });
    return &sub;
  };
  add("list", "All keys; never a secret", list);
  CLI::App* created = add("create", "A new key, shown once", create);
  created->add_option("name", arguments->name, "What it is for")->required();
  CLI::Option* scopes =
      created->add_option("--scope", arguments->scopes, "Like contact:read, event:write, *; may be given again");
  CLI::Option* origins = created->add_option(
      "--origin", arguments->origins,
      "Makes a public key for the script of pages of https://shop.example (docs/channel.md); may be given again");
  origins->excludes(scopes);
  created
      ->add_option("--field", arguments->fields,
                   "A field of its visitor's contact that such a page may set; may be given again")
      ->needs(origins);
  created->add_option("--expires", arguments->expires, "RFC 3339");
  CLI::App* revoked = add("revoke", "From now on it is nobody", revoke);
  revoked->add_option("id", arguments->id, "The key's id")->required();
  revoked->add_flag("--yes", arguments->yes, "Do not ask");
  CLI::App& moved = *command.add_subcommand(
      "move-master", "Put the contacts' keys of a stopped engine, or of all that share them, under another master key");
  moved.add_option("--data", arguments->data, "The data directory")->required();
  add_log_options(moved, arguments->log);
  moved.add_option("--new-master-key-file", arguments->new_master_key_file, "Made where there is none")->required();
  on_run(moved, run, [arguments] { return move_master(*arguments); });
  on_run(*command.add_subcommand("draw", "Draw a key to start a server with (RAPPORT_ADMIN_KEY)"), run,
         []() -> Result<ExitCode> {
           std::cout << draw_api_key().text() << "\n";
           return ExitCode::done;
         });
}

}  // namespace rapport
