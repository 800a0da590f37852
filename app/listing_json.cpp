#include "app/listing_json.h"

#include <cassert>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

template <class Number>
bool reads_as(const std::string& cell, Number& number) {
  const char* end = cell.data() + cell.size();
  const auto result = std::from_chars(cell.data(), end, number);
  return !cell.empty() && result.ec == std::errc() && result.ptr == end;
}

Json value_of(const std::string& cell, Align align) {
  if (cell == "yes" || cell == "no") return cell == "yes";
  if (align == Align::left) return cell;
  std::int64_t whole = 0;
  if (reads_as(cell, whole)) return whole;
  double number = 0;
  if (reads_as(cell, number)) return number;
  return nullptr;
}

Json object_of(const Table& table, const std::vector<std::string>& row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < row.size(); ++i)
    object[table.columns()[i].title] = value_of(row[i], table.columns()[i].align);
  return object;
}

std::string written(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string rows_json(const Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows()) rows.push_back(object_of(table, row));
  return written(rows);
}

std::string row_json(const Table& table) {
  assert(table.rows().size() == 1);
  return written(object_of(table, table.rows().front()));
}

}  // namespace roofmark
