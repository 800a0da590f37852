// Configurations of published models with what is known of them (tests/data/models.json): one of
// each architecture and more.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/model_json.h"
#include "core/strict_json.h"

namespace roofmark {

struct PublishedModel {
  JsonView json;  ///< name, source, parameters, active, kv_bytes (f16, per token), config
  Model model;
};

/// Those of tests/data/models.json, or of another file there.
inline std::vector<PublishedModel> published_models(const char* file = "/models.json") {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + file;
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  std::vector<PublishedModel> models;
  for (const JsonView& one : JsonView::parse(text.str(), path).elements()) {
    models.push_back({one, model_from_json(one.at("config"), one.at("name").text())});
  }
  return models;
}

inline Model published_model(const std::string& name) {
  for (PublishedModel& one : published_models()) {
    if (one.model.name == name) return std::move(one.model);
  }
  throw std::runtime_error("no model " + name + " in tests/data/models.json");
}

}  // namespace roofmark
