#include "projections/contact_index.h"

#include <algorithm>

#include "projections/contact_column.h"
#include "projections/search_words.h"
#include "projections/sort_key.h"
#include "projections/store/big_endian.h"

namespace rapport {

class IndexEntryWriter {
 public:
  IndexEntryWriter(IndexEntries& out, ContactId id, const ContactState& state)
      : out_(out), id_(id), state_(state), part_(is_in_merge(state) ? IndexPart::merged : IndexPart::alone) {}

  void add(std::string index, std::string_view sort_key) {
    index += static_cast<char>(part_);
    append(index, index_value(sort_key));
  }
  void add(IndexLetter letter, std::optional<Timestamp> time) {
    add(index_key(letter), time ? sort_key(*time) : std::string());
  }
  void add(const std::string& index, const Scalars& values) {
    if (values.empty()) add(index, std::string_view());
    for (const Scalar& value : values) add(index, sort_key(value));
  }

  // In the order of their letters, so that there is mostly nothing left to sort.
  void add_all_of(IndexScope scope, const std::set<FieldIndex>& fields) {
    const bool all = scope == IndexScope::all;
    if (all) add(index_key(IndexLetter::archived), sort_key(Scalar(state_.archived.value)));
    add_channels();
    add(IndexLetter::date_created, state_.date_created());
    if (has(scope, IndexScope::fields)) {
      for (const FieldIndex& index : fields) add_field(index);
    }
    add(IndexLetter::last_seen, state_.last_seen);
    if (all) add_merge();
    if (all) add_company();
    add(IndexLetter::first_seen, state_.first_seen);
    if (has(scope, IndexScope::tags)) add_tags();
    if (scope != IndexScope::seen) add(IndexLetter::date_updated, state_.updated);
    if (all) add_vacancy();
    if (has(scope, IndexScope::words)) add_words();
  }

  void add_field(const FieldIndex& index) {
    const auto written = state_.fields.find(index.field);
    Scalars values = written == state_.fields.end() ? Scalars() : scalars_of(written->second.value);
    if (index.as_time) {
      for (Scalar& value : values) value = date_or_text(std::move(value));
    }
    add(index_key(index), values);
  }

 private:
  void add_channels() {
    const std::string channels = index_key(IndexLetter::channels);
    std::string_view last;
    if (state_.identities.empty()) add(channels, std::string_view());
    for (const Identity& identity : state_.identities) {
      if (identity.channel != last) add(channels, 'x' + identity.channel);
      last = identity.channel;
    }
  }

  void add_company() {
    const auto& company = state_.company.value;
    add(index_key(IndexLetter::company),
        company ? sort_key(Scalar(static_cast<double>(company->value))) : std::string());
  }

  void add_tags() {
    const std::string tags = index_key(IndexLetter::tags);
    if (state_.tag_count() == 0) add(tags, std::string_view());
    for (const auto& [tag, present] : state_.tags) {
      if (present.value) add(tags, 'x' + tag);
    }
  }

  void add_words() {
    std::string index = index_key(IndexLetter::words);
    index += static_cast<char>(part_);
    for (std::string& word : search_words(state_)) append(index, word += '\0');
  }

  // Into which other it is merged; and that it only stands for a merge.
  void add_merge() {
    if (!state_.merged_into.value) return;
    std::string into;
    append_big_endian64(into, state_.merged_into.value->value);
    append(index_key(IndexLetter::merges), into);
  }
  void add_vacancy() {
    if (!state_.merged_into.value && !state_.exists) append(index_key(IndexLetter::vacant), {});
  }

  void append(std::string_view index, std::string_view value) {
    const auto begin = static_cast<std::uint32_t>(out_.bytes_.size());
    out_.bytes_.append(index).append(value);
    append_big_endian64(out_.bytes_, id_.value);
    out_.spans_.push_back({begin, static_cast<std::uint32_t>(out_.bytes_.size())});
  }

  IndexEntries& out_;
  ContactId id_;
  const ContactState& state_;
  IndexPart part_;
};

namespace {

bool has_entries(const ContactState& state) { return state.gone == Gone::no && (state.exists || is_in_merge(state)); }

}  // namespace

bool is_in_merge(const ContactState& state) {
  return state.merged_into.value ||
         std::any_of(state.absorbed.begin(), state.absorbed.end(), [](const auto& hint) { return hint.second.value; });
}

IndexScope index_scope_of(const Event& event) {
  if (!is_contact_change(event.type)) return IndexScope::seen;
  if (event.type == EventType::contact_tags_changed) return IndexScope::tags | IndexScope::words;
  const auto* changed = std::get_if<ContactChanged>(&event.payload);
  if (event.type != EventType::contact_fields_changed || changed == nullptr) return IndexScope::all;
  const bool searched = std::any_of(changed->fields.begin(), changed->fields.end(),
                                    [](const auto& field) { return is_searched_field(field.first); });
  return searched ? IndexScope::fields | IndexScope::words : IndexScope::fields;
}

IndexEntries::IndexEntries(const IndexCatalog& catalog, ContactId id, const ContactState& state, IndexScope scope) {
  if (!has_entries(state)) return;
  IndexEntryWriter(*this, id, state).add_all_of(scope, catalog.kept());
  finish();
}

IndexEntries IndexEntries::of_field(const FieldIndex& index, ContactId id, const ContactState& state) {
  IndexEntries entries;
  if (!has_entries(state)) return entries;
  IndexEntryWriter(entries, id, state).add_field(index);
  entries.finish();
  return entries;
}

void IndexEntries::finish() {
  const auto key = [this](const Span& span) {
    return std::string_view(bytes_).substr(span.begin, span.end - span.begin);
  };
  const auto before = [&](const Span& a, const Span& b) { return key(a) < key(b); };
  if (!std::is_sorted(spans_.begin(), spans_.end(), before)) std::sort(spans_.begin(), spans_.end(), before);
  const auto same = [&](const Span& a, const Span& b) { return key(a) == key(b); };
  spans_.erase(std::unique(spans_.begin(), spans_.end(), same), spans_.end());
}

void write_index_changes(const IndexEntries& before, const IndexEntries& after, RowBuffer& rows) {
  std::size_t b = 0, a = 0;
  while (b < before.size() || a < after.size()) {
    if (a == after.size() || (b < before.size() && before[b] < after[a])) {
      rows.erase(before[b++]);
    } else if (b == before.size() || after[a] < before[b]) {
      rows.put(after[a++], {});
    } else {
      ++a, ++b;
    }
  }
}

}  // namespace rapport
