// An export as a page: what is known, who said it when, and everything that happened, in one file without scripts or
// outside resources.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

// `document`: the export as /v1/contacts/{id}/export gives it.
std::string export_page(std::string_view document);

}  // namespace rapport
