#include "core/case.h"

namespace roofmark {

std::string Conditions::text() const {
  std::string text;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += std::string(",") + key + "=" + value;
  };
  add("level", level);
  add("stores", stores);
  add("pages", pages);
  add("state", state);
  add("packed", packed);
  add("memory", memory);
  add("cores", cores);
  add("node", node);
  return text;
}

std::string case_id(const std::string& kernel, const std::string& variant, const Format& format,
                    const std::string& device, int threads, const Shape& shape,
                    const Conditions& conditions) {
  return kernel + "/" + variant + "/" + format.name() + "/" + device + "/t" +
         std::to_string(threads) + "/" + shape.text() + conditions.text();
}

std::string Case::id() const {
  return case_id(kernel->name, variant ? variant->name : "none", format, device, threads, shape,
                 conditions);
}

bool Case::is_core_bound() const {
  if (kernel->role == Role::bandwidth_probe) {
    return conditions.level == "l1" || conditions.level == "l2";
  }
  return kernel->role != Role::kernel;
}

}  // namespace roofmark
