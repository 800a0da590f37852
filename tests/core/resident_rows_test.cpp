// Rows that are planned beside those of a model because they lie in a cache.
#include "core/resident_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/cache_room.h"
#include "core/plan.h"

namespace roofmark {
namespace {

Work none(const Shape&, const Format&) { return {}; }

std::set<std::string> ids(const Plan& plan) {
  std::set<std::string> all;
  for (const PlannedCase& planned : plan.cases) all.insert(planned.what.id());
  return all;
}

const PlannedCase& find(const Plan& plan, const std::string& id) {
  return *std::find_if(plan.cases.begin(), plan.cases.end(),
                       [&](const PlannedCase& planned) { return planned.what.id() == id; });
}

Work of_rows(const Shape& shape, const Format&) {
  const auto rows = static_cast<double>(shape.at("rows")),
             cols = static_cast<double>(shape.at("cols"));
  return {.read = Bytes{4 * cols * (rows + 1)}, .written = Bytes{4 * cols * rows}};
}
std::optional<Companion> memory_read(const Shape&, int) {
  return Companion{"read", {.level = "dram"}};
}
std::optional<Companion> past_the_caches(const Shape&, const Format&) {
  return Companion{"read", {.level = "dram", .stores = "nt"}};
}
std::vector<Site> at_every_level(const Machine&, const Variant&, int) {
  return {{.shape = {{"bytes", 64}}, .conditions = {.level = "dram"}},
          {.shape = {{"bytes", 64}}, .conditions = {.level = "l2"}},
          {.shape = {{"bytes", 64}}, .conditions = {.level = "l1"}}};
}

/// Those of the norm's cases, at that preset, on a machine with 1 MiB of L2 per core.
std::set<std::string> norm_ids(const std::string& preset, Plan& plan) {
  static const std::vector<Kernel> kernels = {
      {.name = "read",
       .role = Role::bandwidth_probe,
       .work = none,
       .sites = at_every_level,
       .variants = {{"sse2", "cpu", "", Format{}, nullptr, {}}}},
      {.name = "norm",
       .work = of_rows,
       .companion = memory_read,
       .variants = {{.name = "sse2", .device = "cpu"},
                    {.name = "sse2-nt", .device = "cpu", .companion = past_the_caches}},
       .rows_extent = "rows"}};
  const std::vector<Operator> asked = {
      {.name = "prefill", .kernel = "norm", .shape = {{"rows", 2048}, {"cols", 4096}}},
      {.name = "decode", .kernel = "norm", .shape = {{"rows", 1}, {"cols", 4096}}},
      {.name = "huge", .kernel = "norm", .shape = {{"rows", 1}, {"cols", 100000}}}};
  Machine machine;
  machine.cpu.caches = {{.level = 1, .size_bytes = 48 << 10, .cores_sharing = 1},
                        {.level = 2, .size_bytes = 1 << 20, .cores_sharing = 1}};
  Policy policy;
  policy.threads = {1, 2};
  policy.preset = preset;
  plan = roofmark::plan(kernels, machine, asked, policy);
  std::set<std::string> found;
  for (const std::string& id : ids(plan)) {
    if (id.starts_with("norm") && id.find("level") != std::string::npos) found.insert(id);
  }
  return found;
}

Machine with_caches(std::int64_t l1, std::int64_t l2, int sharing) {
  Machine machine;
  machine.cpu.caches = {{.level = 1, .size_bytes = l1, .cores_sharing = 1},
                        {.level = 2, .size_bytes = l2, .cores_sharing = sharing},
                        {.level = 3, .size_bytes = 4 << 20, .cores_sharing = 4}};
  return machine;
}

TEST(CacheRoom, IsAQuarterOfAnL2ThatStandsOutAndElseHalf) {
  const Machine server = with_caches(48 << 10, 2 << 20, 1);
  EXPECT_EQ(cache_room(server, 1, 1), 24 << 10);
  EXPECT_EQ(cache_room(server, 2, 1), 512 << 10);
  EXPECT_EQ(cache_room(server, 2, 3), 3 * (512 << 10));
  EXPECT_EQ(cache_room(server, 3, 2), 2 << 20);
  const Machine orin = with_caches(64 << 10, 256 << 10, 1);  // a quarter would be its L1
  EXPECT_EQ(cache_room(orin, 2, 1), 128 << 10);
  const Machine shared = with_caches(32 << 10, 1 << 20, 4);
  EXPECT_EQ(cache_room(shared, 2, 4), 256 << 10);
  EXPECT_EQ(cache_room(server, 4, 1), 0);
}

TEST(ResidentRows, KernelsOverRowsAreAlsoMeasuredInCachesOncePerLengthOfARow) {
  // A quarter of a MiB per core: 16 KiB of weights, and a read and a written row of 16 KiB each.
  // Rows that do not fit, as in 24 KiB of L1, are halved until they do.
  Plan plan;
  EXPECT_EQ(norm_ids("quick", plan), std::set<std::string>{});
  EXPECT_EQ(norm_ids("standard", plan),
            (std::set<std::string>{"norm/sse2/f32/cpu/t1/rows=7,cols=4096,level=l2,state=hot",
                                   "norm/sse2/f32/cpu/t2/rows=14,cols=4096,level=l2,state=hot",
                                   "norm/sse2/f32/cpu/t1/rows=1,cols=2048,level=l1,state=hot",
                                   "norm/sse2/f32/cpu/t1/rows=2,cols=12500,level=l2,state=hot",
                                   "norm/sse2/f32/cpu/t2/rows=2,cols=25000,level=l2,state=hot",
                                   "norm/sse2/f32/cpu/t1/rows=1,cols=1562,level=l1,state=hot"}));
  const auto companion = [&](const std::string& id) {
    return plan.cases[find(plan, id).companion].what.id();
  };
  EXPECT_EQ(companion("norm/sse2/f32/cpu/t1/rows=7,cols=4096,level=l2,state=hot"),
            "read/sse2/f32/cpu/t1/bytes=64,level=l2");
  EXPECT_EQ(companion("norm/sse2/f32/cpu/t1/rows=1,cols=2048,level=l1,state=hot"),
            "read/sse2/f32/cpu/t1/bytes=64,level=l1");
  EXPECT_EQ(companion("norm/sse2/f32/cpu/t1/rows=2048,cols=4096,state=cold"),
            "read/sse2/f32/cpu/t1/bytes=64,level=dram");
}

}  // namespace
}  // namespace roofmark
