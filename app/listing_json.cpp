#include "app/listing_json.h"

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

Json value_of(const std::string& cell) {
  if (cell == "yes" || cell == "no") return cell == "yes";
  std::int64_t number = 0;
  const char* end = cell.data() + cell.size();
  const auto result = std::from_chars(cell.data(), end, number);
  if (!cell.empty() && result.ec == std::errc() && result.ptr == end) return number;
  return cell;
}

}  // namespace

std::string rows_json(const Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows()) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i)
      object[table.columns()[i].title] = value_of(row[i]);
    rows.push_back(object);
  }
  return rows.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
