#include "projections/index_catalog.h"

#include "projections/key_layout.h"
#include "projections/row_bytes.h"

namespace rapport {
namespace {

std::string encode_fill(const FieldIndex& index, const IndexFill& fill) {
  std::string row;
  RowWriter out(row);
  out.byte(fill.whole ? 1 : 0);
  out.number(fill.filled_to.value);
  out.byte(index.as_time ? 1 : 0);
  out.bytes(index.field);
  return row;
}

std::set<FieldIndex> declared_by(const ControlState& control) {
  std::set<FieldIndex> out;
  for (const auto& [id, attribute] : control.attributes) {
    if (attribute.object != AttributeObject::contact || !attribute.indexed) continue;
    out.insert({attribute.key, attribute.type == AttributeType::date});
  }
  return out;
}

}  // namespace

std::set<FieldIndex> IndexCatalog::fixed() { return {{"email", false}, {"phone", false}}; }

IndexCatalog IndexCatalog::none() {
  IndexCatalog catalog;
  catalog.kept_.clear();
  catalog.is_kept_ = false;
  return catalog;
}

Result<IndexCatalog> IndexCatalog::load(const Store& store) {
  IndexCatalog catalog;
  const std::string prefix = index_fill_prefix();
  Cursor cursor = store.cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    RowReader in(cursor.value());
    IndexFill fill;
    fill.whole = in.byte() != 0;
    fill.filled_to = ContactId{in.number()};
    FieldIndex index;
    index.as_time = in.byte() != 0;
    index.field = in.rest();
    if (!in.ok()) return Error{Errc::corrupt, "a row of how far an index is filled does not decode"};
    catalog.kept_.insert(index);
    catalog.fills_.emplace(std::move(index), fill);
  }
  RAPPORT_TRY(cursor.status());
  return catalog;
}

void IndexCatalog::follow(const ControlState& control, RowBuffer& rows) {
  std::set<FieldIndex> wanted = declared_by(control);
  for (const FieldIndex& index : fixed()) wanted.erase(index);
  for (auto it = fills_.begin(); it != fills_.end();) {
    if (wanted.contains(it->first)) {
      ++it;
      continue;
    }
    const std::string key = index_key(it->first);
    rows.erase_range(key, prefix_end(key));
    rows.erase(index_fill_key(key));
    kept_.erase(it->first);
    it = fills_.erase(it);
  }
  for (const FieldIndex& index : wanted) {
    if (fills_.contains(index)) continue;
    kept_.insert(index);
    set_fill(index, {}, rows);
  }
}

void IndexCatalog::set_fill(const FieldIndex& index, const IndexFill& fill, RowBuffer& rows) {
  fills_[index] = fill;
  rows.put(index_fill_key(index_key(index)), encode_fill(index, fill));
}

void IndexCatalog::set_all_whole(RowBuffer& rows) {
  while (const auto index = first_unfilled()) set_fill(*index, {.whole = true}, rows);
}

bool IndexCatalog::is_whole(const FieldIndex& index) const {
  const auto fill = fills_.find(index);
  return fill == fills_.end() ? kept_.contains(index) : fill->second.whole;
}

std::optional<FieldIndex> IndexCatalog::first_unfilled() const {
  for (const auto& [index, fill] : fills_) {
    if (!fill.whole) return index;
  }
  return std::nullopt;
}

}  // namespace rapport
