#include <nlohmann/json.hpp>

#include "analyzer/tracking/history.h"

namespace roofmark {

std::string history_json(std::span<const History> all, std::span<const std::string> notes) {
  using Json = nlohmann::ordered_json;
  Json json = {{"schema", "roofmark.history/1"}, {"notes", notes}, {"series", Json::array()}};
  for (const History& one : all) {
    Json points = Json::array(), changes = Json::array(), markers = Json::array();
    for (const HistoryPoint& point : one.points) {
      points.push_back({{"run", point.run},
                        {"started", point.started},
                        {"seconds", point.seconds},
                        {"share", point.share ? Json(*point.share) : Json(nullptr)}});
    }
    for (const ChangePoint& change : one.changes) {
      changes.push_back({{"at", change.at},
                         {"before", change.before},
                         {"after", change.after},
                         {"share", change.share},
                         {"p", change.p}});
    }
    for (const Marker& marker : one.markers) {
      Json differences = Json::array();
      for (const Difference& d : marker.differences) {
        differences.push_back({{"name", d.name}, {"before", d.before}, {"after", d.after}});
      }
      markers.push_back({{"at", marker.at}, {"differences", differences}});
    }
    json["series"].push_back({{"id", one.id},
                              {"left_out", one.left_out},
                              {"points", points},
                              {"changes", changes},
                              {"markers", markers}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
