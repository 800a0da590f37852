#include "analyzer/models.h"

#include "core/cached.h"
#include "core/embedded.h"
#include "core/error.h"
#include "core/model_json.h"
#include "core/nearest.h"
#include "core/printable.h"

namespace roofmark {

std::vector<EmbeddedFile> model_files();  // generated from analyzer/models/*.json

namespace {

Model read(const EmbeddedFile& file) {
  const std::string name(file.name);
  return model_from_json(JsonView::parse(file.text, name), name);
}

}  // namespace

std::vector<Model> builtin_models() {
  std::vector<Model> models;
  for (const EmbeddedFile& file : model_files()) models.push_back(read(file));
  return models;
}

Model find_model(std::string_view name) {
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : model_files()) {
    if (lower_case(file.name) == lower_case(name)) return read(file);
    names.push_back(file.name);
  }
  const auto meant = nearest(name, names);
  throw InputError("no model is called \"" + printable(name) + "\" (and no file is)" +
                   (meant ? "; did you mean " + *meant + "? " : "; ") +
                   "roofmark list models names them, or give the path of a config.json");
}

Bytes kv_bytes_per_layer(const Model& model, DType type) {
  const auto vector = [&](std::int64_t elements) {
    return Bytes{cached_bytes(static_cast<double>(elements), type)};
  };
  const Latent& latent = model.latent;
  if (latent.rank > 0) return vector(latent.rank) + vector(latent.rotated_dim);
  return 2 * static_cast<double>(model.kv_heads) * vector(model.head_dim);
}

}  // namespace roofmark
