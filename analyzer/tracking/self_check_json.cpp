#include <nlohmann/json.hpp>

#include "analyzer/tracking/self_check.h"

namespace roofmark {

std::string self_check_json(const SelfCheck& checked) {
  using Json = nlohmann::ordered_json;
  const auto number = [](const Known<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  Json json = {{"schema", "roofmark.selfcheck/1"}, {"rounds", checked.rounds},
               {"checks", checked.checks},         {"baseline_rounds", checked.baseline},
               {"check_rounds", checked.fresh},    {"judged", checked.judged},
               {"alarms", checked.alarms},         {"confirmed", checked.confirmed},
               {"series", Json::array()}};
  for (const SelfCheckedSeries& one : checked.series) {
    json["series"].push_back({{"id", one.id},
                              {"rounds", one.rounds},
                              {"seconds", number(one.seconds)},
                              {"spread", number(one.spread)},
                              {"relative_spread", number(one.relative_spread)},
                              {"detectable", number(one.detectable)},
                              {"alarms", one.alarms}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
