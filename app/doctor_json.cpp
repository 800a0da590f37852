// What the doctor found, as JSON.
#include "app/doctor_json.h"

#include <nlohmann/json.hpp>

#include "core/run_json.h"

namespace roofmark {

std::string doctor_json(const Machine& machine, const std::vector<Finding>& findings) {
  using Json = nlohmann::ordered_json;
  Run run;
  run.machine = machine;
  Json json{{"schema", "roofmark.doctor/1"},
            // The machine as a run file describes it: one writer, one set of keys.
            {"machine", Json::parse(journal_header(run)).at("machine")},
            {"findings", Json::array()}};
  for (const Finding& finding : findings) {
    json["findings"].push_back({{"level", finding.level()},
                                {"id", finding.id},
                                {"text", finding.text},
                                {"remedy", finding.remedy}});
    for (const Finding::File& file : finding.files) {
      json["findings"].back()["files"].push_back({{"path", file.path}, {"text", file.text}});
    }
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace roofmark
