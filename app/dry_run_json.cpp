#include <nlohmann/json.hpp>

#include "app/dry_run.h"

namespace roofmark {

std::string dry_run_json(const DryRun& dry_run) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const DryRun::Row& row : dry_run.rows) {
    rows.push_back({{"id", row.id},
                    {"seconds", row.cost.seconds},
                    {"memory_bytes", row.cost.memory_bytes},
                    {"reason", row.reason.empty() ? Json(nullptr) : Json(row.reason)}});
  }
  const auto& available = dry_run.available_bytes;
  const Json all = {{"rows", std::move(rows)},
                    {"seconds", dry_run.total.seconds},
                    {"memory_bytes", dry_run.total.memory_bytes},
                    {"available_bytes", available ? Json(*available) : Json(nullptr)}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
