// Recorded machines, and a root that a test fills file by file.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/machine.h"

namespace roofmark {

inline Sources recorded(const std::string& name) {
  const std::filesystem::path folder =
      std::filesystem::path(ROOFMARK_TEST_DATA) / "machines" / name;
  return {folder / "root", folder / "topology.xml"};
}

/// A copy of a recorded machine, or an empty one, that lives as long as the test.
class FakeMachine {
 public:
  explicit FakeMachine(const std::string& copy_of = "") {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("roofmark_") + test->test_suite_name() + "_" + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(root());
    if (copy_of.empty()) return;
    const Sources original = recorded(copy_of);
    std::filesystem::copy(original.root, root(), std::filesystem::copy_options::recursive);
    std::filesystem::copy(*original.topology_xml, folder_ / "topology.xml");
  }
  ~FakeMachine() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  FakeMachine(const FakeMachine&) = delete;
  FakeMachine& operator=(const FakeMachine&) = delete;

  std::filesystem::path root() const { return folder_ / "root"; }
  std::filesystem::path at(const std::string& path) const { return root().string() + path; }
  Sources sources() const { return {root(), folder_ / "topology.xml"}; }

  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::ofstream(at(path), std::ios::binary) << text;
  }
  void remove(const std::string& path) const { std::filesystem::remove_all(at(path)); }
  /// Replaces every occurrence in a file (of the root, or topology.xml beside it).
  void replace(const std::filesystem::path& file, const std::string& from,
               const std::string& to) const {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    in.close();
    std::size_t replaced = 0;
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
      ++replaced;
    }
    ASSERT_GT(replaced, 0u) << from << " is not in " << file;
    std::ofstream(file, std::ios::binary) << text;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace roofmark
