// The parts of a measurement's id, and how reports name what it measured.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"

namespace roofmark {

/// kernel/variant/format/device/tN/extents,conditions taken apart.  Parts that an id lacks are
/// empty.
struct Identity {
  std::string kernel, variant, format, device;
  int threads = 0;    ///< 0: the id does not say
  std::string shape;  ///< "m=1 n=4096 k=4096"
  std::vector<std::pair<std::string, std::string>>
      conditions;  ///< {"level", "l1"}, {"stores", "nt"}, ...

  /// The condition of that name, or empty.
  std::string condition(std::string_view name) const;
  /// The extent of that name, or -1.
  double extent(std::string_view name) const;
};

Identity identity(const std::string& id);

/// "L1", "DRAM"
std::string level_name(const std::string& level);
/// "1 thread", "8 threads"
std::string threads_name(int threads);
/// Where a row ran: "2 threads" of the CPU, "cuda".
std::string place_name(const std::string& device, int threads);
/// The same of a picture: "cpu, 2 threads", "cuda".
std::string panel_name(const std::string& device, int threads);
/// What a call costs before it computes: "fork and join" on a CPU, "launching" on a GPU.
std::string overhead_name(const std::string& device);

/// A rate of multiply-adds: kernels are measured against these.  Others are rates of single
/// instructions and functions (fadd, fdiv, exp ...).
bool is_product(const Ceiling& ceiling);

/// What a ceiling limits: "f32 avx512 fma", "fadd f64 avx512", "L1 read avx512", "DRAM copy avx2 nt
/// stores huge pages node 0:1", "fork_join".
std::string ceiling_name(const Ceiling& ceiling);

/// The same whatever variant reaches it: "f32 fma", "DRAM copy nt stores huge pages".
std::string limit_name(const Ceiling& ceiling);

/// The operator of a point, or its kernel where no workload names it.
std::string point_name(const Point& point);

/// A ceiling's value (or another of its figures) with the unit of its kind.
std::string ceiling_value(const Ceiling& ceiling, Known<double> value);

/// The memory that a kernel's operands lie in, whose roof it is laid under: "L2", else "DRAM".
std::string memory_name(const Identity& parts);

/// What a point achieved or could, in op/s as points have it (B/s where nothing is computed), in
/// the unit of what binds it: B/s of the bytes that it has to move where that is memory.
std::string point_rate(const Point& point, Known<double> rate);

}  // namespace roofmark
