// oneDNN, of 2.5 to 3.x, behind kernels/vendor/onednn.h.
#include <algorithm>
#include <array>
#include <cassert>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "kernels/vendor/onednn.h"
#include "kernels/vendor/shared_library.h"

namespace roofmark {

using dnnl::memory;

/// The memories that arguments name are handles: pointing them elsewhere moves the arguments.
struct OnednnPrimitive {
  using Arguments = std::unordered_map<int, memory>;

  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::primitive primitive;
  std::string implementation;
  int threads = 1;
  memory x, weight, bias, y;
  std::vector<float> scale{};        ///< of a product's operands, where it is an argument
  memory::desc plain, packed;        ///< layouts of a product's weights
  std::vector<Arguments> arguments;  ///< of a product one per set of weights

  template <class Description>
  void make(const Description& description) {
    primitive = dnnl::primitive(description);
    implementation = description.impl_info_str();
  }
  void run(std::size_t set) {
    size_foreign_teams(threads);
    primitive.execute(stream, arguments[set]);
    stream.wait();
  }
  void reorder(const memory::desc& in, const void* from, const memory::desc& out, void* to) {
    size_foreign_teams(threads);
    memory source(in, engine, const_cast<void*>(from)), target(out, engine, to);
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
  }
};

namespace {

using Primitive = std::shared_ptr<OnednnPrimitive>;

std::string version() {
  const dnnl::version_t* v = dnnl::version();
  return std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' + std::to_string(v->patch);
}

std::string threading() {
  switch (dnnl::version()->cpu_runtime) {
    case DNNL_RUNTIME_OMP:
      return "openmp";
    case DNNL_RUNTIME_TBB:
      return "tbb";
    case DNNL_RUNTIME_SEQ:
      return "none";
    default:
      return "its own";
  }
}

/// As ONEDNN_MAX_CPU_ISA has it, in small letters.
std::string isa_name() {
  using Isa = dnnl::cpu_isa;
  static constexpr std::pair<Isa, const char*> known[] = {
    {Isa::sse41, "sse41"},
    {Isa::avx, "avx"},
    {Isa::avx2, "avx2"},
    {Isa::avx2_vnni, "avx2_vnni"},
    {Isa::avx512_core, "avx512_core"},
    {Isa::avx512_core_vnni, "avx512_core_vnni"},
    {Isa::avx512_core_bf16, "avx512_core_bf16"},
#if DNNL_VERSION_MAJOR >= 3
    {Isa::avx2_vnni_2, "avx2_vnni_2"},
    {Isa::avx512_core_fp16, "avx512_core_fp16"},
    {Isa::avx512_core_amx_fp16, "avx512_core_amx_fp16"},
#endif
    {Isa::avx512_core_amx, "avx512_core_amx"}
  };
  const Isa chosen = dnnl::get_effective_cpu_isa();
  for (const auto& [isa, name] : known) {
    if (isa == chosen) return name;
  }
  // Other architectures, and sets of later versions.
  return chosen == static_cast<Isa>(0) ? "default" : "number " + std::to_string(int(chosen));
}

std::string described(const OnednnPrimitive& primitive) {
  return "oneDNN " + version() + ", ISA " + isa_name() + ", kernel " + primitive.implementation;
}

std::optional<memory::data_type> data_type(DType type) {
  switch (type) {
    case DType::f32:
      return memory::data_type::f32;
    case DType::f16:
      return memory::data_type::f16;
    case DType::bf16:
      return memory::data_type::bf16;
    case DType::i8:
      return memory::data_type::s8;
    default:
      return std::nullopt;
  }
}

/// A primitive for that many threads; AbsentError where the library has none.
template <class Make>
Primitive made(int threads, Make make) {
  size_foreign_teams(threads);  // it is made for as many as there are then
  auto primitive = std::make_shared<OnednnPrimitive>();
  primitive->threads = threads;
  try {
    make(*primitive);
  } catch (const dnnl::error& error) {
    throw AbsentError("oneDNN " + version() + " does not take this shape: " + error.what());
  }
  return primitive;
}

/// Memory that run() points to its operands.
memory unplaced(const memory::desc& layout, const OnednnPrimitive& in) {
  return {layout, in.engine, nullptr};
}

/// What the library calls products whose results are scaled: up to 2.x an attribute that holds the
/// factor, then one that names an argument.
dnnl::primitive_attr scaling([[maybe_unused]] float scale) {
  dnnl::primitive_attr attributes;
#if DNNL_VERSION_MAJOR >= 3
  attributes.set_scales_mask(DNNL_ARG_SRC, 0);
#else
  attributes.set_output_scales(0, {scale});
#endif
  return attributes;
}

void make_product(OnednnPrimitive& in, std::array<std::int64_t, 3> extents, const Format& format,
                  float scale) {
  const auto [m, n, k] = extents;
  const auto w_type = data_type(format.weights), a_type = data_type(format.activations);
  const bool is_known = w_type && a_type && format.weights == format.activations;
  if (!is_known) throw dnnl::error(dnnl_unimplemented, "a format without a name in oneDNN");
  const memory::desc a({m, k}, *a_type, memory::dims{k, 1}), c({m, n}, *a_type, memory::dims{n, 1});
  const memory::desc any({k, n}, *w_type, memory::format_tag::any);
  in.plain = memory::desc({k, n}, *w_type, memory::dims{1, k});
  const bool is_scaled = format.activations == DType::i8;
  const dnnl::primitive_attr attributes = is_scaled ? scaling(scale) : dnnl::primitive_attr();
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::matmul::primitive_desc description(in.engine, a, any, c, attributes);
  if (is_scaled) in.scale = {scale};
#else
  const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, any, c), attributes,
                                                 in.engine);
#endif
  in.packed = description.weights_desc();
  in.x = unplaced(a, in);
  in.y = unplaced(c, in);
  in.make(description);
}

memory::desc row_major(std::int64_t rows, std::int64_t cols, DType type) {
  const auto known = data_type(type);
  if (!known) throw dnnl::error(dnnl_unimplemented, "a type without a name in oneDNN");
  return {{rows, cols}, *known, memory::dims{cols, 1}};
}

void make_softmax(OnednnPrimitive& in, std::int64_t rows, std::int64_t cols, DType type) {
  const memory::desc x = row_major(rows, cols, type);
  const auto inference = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  in.make(dnnl::softmax_forward::primitive_desc(in.engine, inference,
                                                dnnl::algorithm::softmax_accurate, x, x, 1));
#else
  in.make(dnnl::softmax_forward::primitive_desc(dnnl::softmax_forward::desc(inference, x, 1),
                                                in.engine));
#endif
  in.x = unplaced(x, in);
  in.y = unplaced(x, in);
  in.arguments = {{{DNNL_ARG_SRC, in.x}, {DNNL_ARG_DST, in.y}}};
}

void make_norm(OnednnPrimitive& in, std::int64_t rows, std::int64_t cols, float eps,
               dnnl::normalization_flags flags, bool is_centred) {
  const memory::desc x = row_major(rows, cols, DType::f32);
  const memory::desc vector({cols}, memory::data_type::f32, memory::dims{1});
  const auto inference = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  in.make(
      dnnl::layer_normalization_forward::primitive_desc(in.engine, inference, x, x, eps, flags));
#else
  in.make(dnnl::layer_normalization_forward::primitive_desc(
      dnnl::layer_normalization_forward::desc(inference, x, eps, flags), in.engine));
#endif
  in.x = unplaced(x, in);
  in.y = unplaced(x, in);
  in.weight = unplaced(vector, in);
  in.arguments = {{{DNNL_ARG_SRC, in.x}, {DNNL_ARG_DST, in.y}, {DNNL_ARG_SCALE, in.weight}}};
  if (!is_centred) return;
  in.bias = unplaced(vector, in);
  in.arguments[0].emplace(DNNL_ARG_SHIFT, in.bias);
}

void make_layer_norm(OnednnPrimitive& in, std::int64_t rows, std::int64_t cols, float eps) {
  using Flags = dnnl::normalization_flags;
  make_norm(in, rows, cols, eps, Flags::use_scale | Flags::use_shift, true);
}

/// A flag of layer normalization in later versions of 3.x.
template <class Flags>
void make_rms_norm(OnednnPrimitive& in, std::int64_t rows, std::int64_t cols, float eps) {
  if constexpr (requires { Flags::rms_norm; }) {
    make_norm(in, rows, cols, eps, Flags::use_scale | Flags::rms_norm, false);
  } else {
    throw dnnl::error(dnnl_unimplemented, "no RMSNorm in this version");
  }
}

/// What stands in the way of a primitive, tried on a small one.
template <class Make>
std::string obstacle_of(const std::string& what, Make make) {
  const std::string library = "oneDNN " + version();
  try {
    OnednnPrimitive tried;
    make(tried);
    if (tried.implementation.rfind("ref", 0) != 0) return {};
    return library + " has only reference code for a " + what + " on this CPU";
  } catch (const dnnl::error&) {
    return library + " has no " + what + " for this CPU";
  }
}

constexpr std::int64_t tried_extent = 64;

}  // namespace

std::optional<OnednnInfo> onednn_info() { return OnednnInfo{version(), isa_name(), threading()}; }

std::string onednn_code() { return library_code(reinterpret_cast<const void*>(&dnnl_version)); }

std::string onednn_product_obstacle(const Format& format) {
  // Before VNNI it adds pairs of int8 products in 16 bits, where they saturate: of random operands
  // results were 4 units off and more.
  static constexpr const char* saturating[] = {"sse41", "avx", "avx2", "avx512_core"};
  const bool saturates = std::count(std::begin(saturating), std::end(saturating), isa_name()) > 0;
  if (format.activations == DType::i8 && saturates) {
    return "oneDNN " + version() + " saturates sums of int8 products in " + isa_name();
  }
  return obstacle_of(format.name() + " product", [&](OnednnPrimitive& in) {
    make_product(in, {tried_extent, tried_extent, tried_extent}, format, 0.5f);
  });
}

std::string onednn_softmax_obstacle(DType type) {
  return obstacle_of(std::string(name(type)) + " softmax", [&](OnednnPrimitive& in) {
    make_softmax(in, tried_extent, tried_extent, type);
  });
}

std::string onednn_layer_norm_obstacle() {
  return obstacle_of("LayerNorm", [](OnednnPrimitive& in) {
    make_layer_norm(in, tried_extent, tried_extent, 1e-5f);
  });
}

std::string onednn_rms_norm_obstacle() {
  return obstacle_of("RMSNorm", [](OnednnPrimitive& in) {
    make_rms_norm<dnnl::normalization_flags>(in, tried_extent, tried_extent, 1e-5f);
  });
}

OnednnProduct::OnednnProduct(std::int64_t m, std::int64_t n, std::int64_t k, const Format& format,
                             float scale, int threads)
    : primitive_(made(threads, [&](OnednnPrimitive& in) {
        make_product(in, {m, n, k}, format, scale);
      })) {}

std::int64_t OnednnProduct::packed_bytes() const {
  return static_cast<std::int64_t>(primitive_->packed.get_size());
}

bool OnednnProduct::permutes() const {
  return primitive_->packed.get_size() ==
         primitive_->plain.get_size();  // nothing added, no padding
}

void OnednnProduct::pack(const void* w, void* packed) const {
  primitive_->reorder(primitive_->plain, w, primitive_->packed, packed);
}

bool OnednnProduct::unpack(const void* packed, std::int64_t first, std::int64_t count,
                           void* w) const {
  const memory::dims whole = primitive_->plain.dims();
  const memory::dims part{whole[0], count}, from{0, first};
  const memory::desc source = primitive_->packed.submemory_desc(part, from, true);
  if (source.is_zero()) return false;
  const memory::desc target(part, primitive_->plain.data_type(), memory::dims{1, whole[0]});
  primitive_->reorder(source, packed, target, w);
  return true;
}

void OnednnProduct::add(const void* packed) {
  OnednnPrimitive& in = *primitive_;
  const memory weights(in.packed, in.engine, const_cast<void*>(packed));
  in.arguments.push_back({{DNNL_ARG_SRC, in.x}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, in.y}});
#if DNNL_VERSION_MAJOR >= 3
  if (in.scale.empty()) return;
  const memory::desc one({1}, memory::data_type::f32, memory::dims{1});
  in.arguments.back().emplace(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC,
                              memory(one, in.engine, in.scale.data()));
#endif
}

void OnednnProduct::run(const void* a, std::int64_t set, void* c) const {
  primitive_->x.set_data_handle(const_cast<void*>(a));
  primitive_->y.set_data_handle(c);
  primitive_->run(static_cast<std::size_t>(set));
}

std::string OnednnProduct::implementation() const { return described(*primitive_); }

OnednnRows OnednnRows::softmax(std::int64_t rows, std::int64_t cols, DType type, int threads) {
  return OnednnRows(
      made(threads, [&](OnednnPrimitive& in) { make_softmax(in, rows, cols, type); }));
}

OnednnRows OnednnRows::layer_norm(std::int64_t rows, std::int64_t cols, float eps, int threads) {
  return OnednnRows(
      made(threads, [&](OnednnPrimitive& in) { make_layer_norm(in, rows, cols, eps); }));
}

OnednnRows OnednnRows::rms_norm(std::int64_t rows, std::int64_t cols, float eps, int threads) {
  using Flags = dnnl::normalization_flags;
  return OnednnRows(
      made(threads, [&](OnednnPrimitive& in) { make_rms_norm<Flags>(in, rows, cols, eps); }));
}

void OnednnRows::run(const void* x, const void* weight, const void* bias, void* y) const {
  OnednnPrimitive& in = *primitive_;
  in.x.set_data_handle(const_cast<void*>(x));
  in.y.set_data_handle(y);
  if (in.weight) in.weight.set_data_handle(const_cast<void*>(weight));
  if (in.bias) in.bias.set_data_handle(const_cast<void*>(bias));
  in.run(0);
}

std::string OnednnRows::implementation() const { return described(*primitive_); }

}  // namespace roofmark
