#include "app/list_format.h"

#include <cmath>
#include <vector>

#include "analyzer/numbers.h"
#include "app/listing_json.h"
#include "app/print.h"
#include "app/render.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

constexpr ListFormat formats[] = {
    {"table", Reader::person,
     [](const Table& table) {
       return table.text(is_terminal() ? Table::text_columns : std::string::npos);
     }},
    {"md", Reader::person, [](const Table& table) { return table.markdown(); }},
    {"csv", Reader::program, [](const Table& table) { return table.csv(); }},
    {"json", Reader::program, rows_json}};

}  // namespace

std::string list_format_names() {
  std::vector<std::string> names;
  for (const ListFormat& format : formats) names.emplace_back(format.name);
  return listed(names);
}

const ListFormat& list_format(const std::string& name) {
  for (const ListFormat& format : formats) {
    if (name == format.name) return format;
  }
  throw InputError("unknown output format '" + printable(name) + "' (there are " +
                   list_format_names() + "); pass one of these to --output");
}

std::string figure(Known<double> value, const char* unit, Reader reader) {
  if (reader == Reader::person) return si(value, unit);
  if (!value) return "";
  const bool whole = std::floor(*value) == *value && std::fabs(*value) < 0x1p53;
  return whole ? fixed(*value, 0) : exact(*value);
}

}  // namespace roofmark
