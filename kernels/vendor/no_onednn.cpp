// kernels/vendor/onednn.h in a build that found no oneDNN.
#include <cassert>

#include "kernels/vendor/onednn.h"

namespace roofmark {
namespace {

constexpr const char* obstacle = "built without oneDNN";

void absent() { assert(false && "no oneDNN in this build"); }

}  // namespace

std::optional<OnednnInfo> onednn_info() { return std::nullopt; }
std::string onednn_code() { return {}; }
std::string onednn_product_obstacle(const Format&) { return obstacle; }
std::string onednn_softmax_obstacle(DType) { return obstacle; }
std::string onednn_layer_norm_obstacle() { return obstacle; }
std::string onednn_rms_norm_obstacle() { return obstacle; }

OnednnProduct::OnednnProduct(std::int64_t, std::int64_t, std::int64_t, const Format&, float, int) {
  absent();
}
std::int64_t OnednnProduct::packed_bytes() const { return 0; }
bool OnednnProduct::permutes() const { return false; }
void OnednnProduct::pack(const void*, void*) const { absent(); }
bool OnednnProduct::unpack(const void*, std::int64_t, std::int64_t, void*) const { return false; }
void OnednnProduct::add(const void*) { absent(); }
void OnednnProduct::run(const void*, std::int64_t, void*) const { absent(); }
std::string OnednnProduct::implementation() const { return {}; }

OnednnRows OnednnRows::softmax(std::int64_t, std::int64_t, DType, int) {
  absent();
  return OnednnRows(nullptr);
}
OnednnRows OnednnRows::layer_norm(std::int64_t, std::int64_t, float, int) {
  absent();
  return OnednnRows(nullptr);
}
OnednnRows OnednnRows::rms_norm(std::int64_t, std::int64_t, float, int) {
  absent();
  return OnednnRows(nullptr);
}
void OnednnRows::run(const void*, const void*, const void*, void*) const { absent(); }
std::string OnednnRows::implementation() const { return {}; }

}  // namespace roofmark
