// Program bytes and bus bytes: an ordinary store reads the line that it overwrites.
#include <gtest/gtest.h>

#include "analyzer/from_run.h"

namespace roofmark {
namespace {

Ceiling copy_with(const std::string& stores) {
  Measurement row;
  row.id = "copy/" + stores;
  row.kernel = "copy";
  row.variant = "avx2";
  row.device = "cpu";
  row.role = Role::bandwidth_probe;
  row.conditions = {.level = "dram", .stores = stores};
  row.work = {.read = Bytes{1e9}, .written = Bytes{1e9}};
  row.samples_s = std::vector<double>(10, 0.1);
  row.flags = std::vector<std::string>(10);
  row.clock_hz = std::vector<double>(10, 4e9);
  Run run;
  run.rows = {row};
  return analyze_run(run).ceilings.at(0);
}

TEST(BusBytes, AnOrdinaryStoreMovesItsLineTwiceAndANonTemporalOneOnce) {
  EXPECT_DOUBLE_EQ(*copy_with("ordinary").value, 20e9);
  EXPECT_DOUBLE_EQ(*copy_with("ordinary").bus, 30e9);
  EXPECT_DOUBLE_EQ(*copy_with("nt").value, 20e9);
  EXPECT_DOUBLE_EQ(*copy_with("nt").bus, 20e9);
}

}  // namespace
}  // namespace roofmark
