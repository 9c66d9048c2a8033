#include "tools/rapport/examples.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace rapport {
namespace {

constexpr std::array kExamples{
    Example{"", "serve --demo", "an engine with sample contacts; prints its URL and key"},
    Example{"", "contact list", "who is there"},
    Example{"", "timeline 57", "what happened to one of them"},
    Example{"attribute create", "attribute create plan --type radio --option free --option pro", ""},
    Example{"attribute delete", "attribute delete 3", ""},
    Example{"attribute list", "attribute list", ""},
    Example{"backup", "backup", "of a server, into a directory of its own"},
    Example{"backup", "backup --data /var/lib/rapport /backups/monday", "of a stopped engine"},
    Example{"blame", "blame 42 email", "who wrote the address, and what it overrode"},
    Example{"blame", "blame web:b2c9", "every field"},
    Example{"case get", "case get 7 --contact 42", ""},
    Example{"case list", "case list --contact 42", ""},
    Example{"company create", "company create name=Initech website=https://initech.example", ""},
    Example{"company delete", "company delete 3", "shows what refers to it, and asks"},
    Example{"company get", "company get 3", ""},
    Example{"company list", "company list", ""},
    Example{"company set", "company set 3 name=Initrode", ""},
    Example{"completion", "completion bash", "source <(rapport completion bash)"},
    Example{"completion", "completion fish", "rapport completion fish | source"},
    Example{"contact archive", "contact archive 42", ""},
    Example{"contact block", "contact block 42 --until 2027-01-01", ""},
    Example{"contact create", "contact create name=Ada email=ada@shop.example --tag vip", ""},
    Example{"contact delete", "contact delete 42 --dry-run", "what would be gone"},
    Example{"contact erase", "contact erase 42 --dry-run", "what would be destroyed"},
    Example{"contact export", "contact export 42 --html", "all that is known, as a page"},
    Example{"contact get", "contact get web:b2c9", ""},
    Example{"contact get", "contact get 42 --as-of \"2h ago\"", "as it was"},
    Example{"contact list", "contact list --where 'tags|in|vip' --order 'lastSeen|desc'", ""},
    Example{"contact list", "contact list --search zoe --json", ""},
    Example{"contact merge", "contact merge chat:77 42 --dry-run", "what both would be"},
    Example{"contact set", "contact set 42 city=Oslo age:=37 phone=", "the last removes it"},
    Example{"contact tag", "contact tag 42 vip ^lead", "adds one, removes the other"},
    Example{"contact unarchive", "contact unarchive 42", ""},
    Example{"contact unblock", "contact unblock 42", ""},
    Example{"contact unmerge", "contact unmerge chat:77", "each has its own again"},
    Example{"diff", "diff 42 --from \"7d ago\" --to now", ""},
    Example{"doctor", "doctor --data /var/lib/rapport --url https://crm.example", ""},
    Example{"doctor", "doctor --config /etc/rapport.toml", "with the options that serve is given"},
    Example{"generate", "generate --events 1000 --contacts 100", ""},
    Example{"import access-log", "import access-log access.log.gz", ""},
    Example{"import contacts", "import contacts contacts.json", "a list of an API, or rows as JSON"},
    Example{"import csv", "import csv contacts.csv --dry-run", "the events it would be, nothing is sent"},
    Example{"import csv", "import csv contacts.csv --key id --time updated_at --map Town=city", ""},
    Example{"keys create", "keys create crm --scope contact:read --scope event:write", "prints it once"},
    Example{"keys create", "keys create shop --origin https://shop.example", "of a web page"},
    Example{"keys draw", "keys draw", ""},
    Example{"keys list", "keys list", ""},
    Example{"keys move-master", "keys move-master --data /var/lib/rapport --new-master-key-file new.key", ""},
    Example{"keys revoke", "keys revoke 2q03k58bws", "asks first; --yes does not"},
    Example{"log copy", "log copy --from rapport-data --log kafka --brokers broker:9092 --create-topics", ""},
    Example{"man", "man", "rapport man | man -l -"},
    Example{"parked discard", "parked discard 1f2e3d4c.0-7", ""},
    Example{"parked list", "parked list", ""},
    Example{"parked retry", "parked retry 1f2e3d4c.0-7 --event corrected.json", ""},
    Example{"parked show", "parked show 1f2e3d4c.0-7", ""},
    Example{"publish", "publish events.ndjson --rejects rejected.ndjson", ""},
    Example{"publish", "publish -", "from a pipe"},
    Example{"rebuild", "rebuild", ""},
    Example{"restore", "restore /backups/monday --data /var/lib/rapport", ""},
    Example{"revert", "revert --source import/old-list --since \"2h ago\" --dry-run", "what would be taken back"},
    Example{"serve", "serve --demo", "sample contacts, to look around"},
    Example{"serve", "serve --data /var/lib/rapport --listen 127.0.0.1:8080", ""},
    Example{"status", "status", ""},
    Example{"status", "status -v", "with what was set, and where"},
    Example{"tag create", "tag create vip --color \"#ffd700\" --on contact", ""},
    Example{"tag delete", "tag delete 3", ""},
    Example{"tag list", "tag list", ""},
    Example{"tag set", "tag set 3 --name gold", ""},
    Example{"tail", "tail", ""},
    Example{"tail", "tail --where \"tags|in|vip\" --changed fields.email", ""},
    Example{"timeline", "timeline 42", ""},
    Example{"timeline", "timeline web:b2c9 --from \"7d ago\" --json", ""},
    Example{"verify", "verify --data /var/lib/rapport", "of a stopped engine"},
};

}  // namespace

std::span<const Example> examples() { return kExamples; }

std::vector<Example> examples_of(std::string_view command) {
  std::vector<Example> out;
  std::copy_if(kExamples.begin(), kExamples.end(), std::back_inserter(out),
               [&](const Example& one) { return one.command == command; });
  return out;
}

}  // namespace rapport
