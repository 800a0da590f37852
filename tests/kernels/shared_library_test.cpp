// Where a vendor's library is sought, with planted files, and what is said of those that fail.
#include "kernels/vendor/shared_library.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/app/program.h"

namespace roofmark {
namespace {

namespace fs = std::filesystem;

class Places : public testing::Test {
 protected:
  fs::path plant(const fs::path& file) {
    fs::create_directories((folder_ / file.string()).parent_path());
    std::ofstream(folder_ / file.string()) << "not a library";
    return folder_ / file.string();
  }
  std::vector<std::string> candidates(const LibraryPlaces& places) const {
    return library_candidates("libx.so.13", 13, places);
  }
  std::string in(const char* below) const { return (folder_ / below).string(); }

  ScratchFolder folder_;
};

TEST_F(Places, WithNoneOnlyTheLoaderIsAsked) {
  EXPECT_EQ(candidates({.root = in("empty")}), std::vector<std::string>{"libx.so.13"});
}

TEST_F(Places, AreTriedInOrder) {
  const std::vector<std::string> expected = {
      plant("bundle/lib/libx.so.13"),
      "libx.so.13",
      plant("home_of_cuda/lib64/libx.so.13"),
      plant("path_of_cuda/targets/sbsa-linux/lib/libx.so.13"),
      plant("usr/local/cuda/lib64/libx.so.13"),
      plant("usr/local/cuda-13.1/lib64/libx.so.13"),
      plant("usr/local/cuda-13.0/targets/x86_64-linux/lib/libx.so.13"),
      plant("venv/lib/python3.11/site-packages/nvidia/cublas/lib/libx.so.13"),
      plant("conda/lib/libx.so.13"),
      plant("conda/lib/python3.12/site-packages/nvidia/cu13/lib/libx.so.13"),
      plant("opt/lib/python3.12/site-packages/nvidia/cu13/lib/libx.so.13"),
      plant("usr/lib/python3/dist-packages/nvidia/cublas/lib/libx.so.13"),
      plant("usr/local/lib/python3.10/dist-packages/nvidia/cu13/lib/libx.so.13"),
      plant("user/.local/lib/python3.11/site-packages/nvidia/cu13/lib/libx.so.13")};
  plant("opt/bin/python3");
  plant("usr/local/cuda-12.6/lib64/libx.so.12");
  plant("venv/lib/python3.11/site-packages/nvidia/cu12/lib/libx.so.13");
  const LibraryPlaces places{.program = in("bundle/bin/program"),
                             .toolkits = {in("home_of_cuda"), "", in("path_of_cuda")},
                             .environments = {in("venv"), in("conda"), ""},
                             .command_path = {in("nowhere"), "", in("opt/bin")},
                             .home = in("user"),
                             .root = (folder_ / ".").string()};
  EXPECT_EQ(candidates(places), expected);
}

TEST_F(Places, APythonThatIsALinkIsFollowed) {
  const fs::path library = plant("base/lib/python3.12/site-packages/nvidia/cu13/lib/libx.so.13");
  plant("base/bin/python3");
  fs::create_directories(folder_ / "bin");
  fs::create_symlink(folder_ / "base/bin/python3", folder_ / "bin/python3");
  const auto found = candidates({.command_path = {in("bin")}, .root = in("empty")});
  EXPECT_EQ(found, (std::vector<std::string>{"libx.so.13", library}));
}

TEST_F(Places, AFileIsNamedOnce) {
  const std::string library = plant("cuda/lib64/libx.so.13");
  const auto found = candidates({.toolkits = {in("cuda"), in("cuda/.")}, .root = in("empty")});
  EXPECT_EQ(found, (std::vector<std::string>{"libx.so.13", library}));
}

TEST_F(Places, OfThisProcessHoldItsProgram) { EXPECT_TRUE(fs::exists(library_places().program)); }

TEST(SharedLibrary, TheFirstThatOpensAndIsCompleteIsTaken) {
  ScratchFolder folder;
  const std::string broken = folder / "libbroken.so";
  std::ofstream(broken) << "not a library";
  const std::vector<std::string> files = {broken, "libnot-there.so.9", ROOFMARK_PLANTED_LIBRARY,
                                          "libm.so.6"};
  const std::vector<const char*> planted = {"planted_answer"}, of_libm = {"cos", "sin"};

  SharedLibrary library = open_library(files, planted);
  EXPECT_EQ(library.path, ROOFMARK_PLANTED_LIBRARY);
  EXPECT_EQ(library.problem, "");
  ASSERT_EQ(library.functions.size(), 1u);
  EXPECT_EQ(reinterpret_cast<int (*)()>(library.functions[0])(), 42);

  library = open_library(files, of_libm);
  EXPECT_NE(library.path.find("libm"), std::string::npos) << library.path;
  EXPECT_EQ(library.functions.size(), 2u);
}

TEST(SharedLibrary, EachFailureIsSaid) {
  ScratchFolder folder;
  const std::string broken = folder / "libbroken.so";
  std::ofstream(broken) << "not a library";
  const std::vector<std::string> files = {broken, "libnot-there.so.9", ROOFMARK_PLANTED_LIBRARY};
  const std::vector<const char*> functions = {"planted_answer", "planted_question"};
  const SharedLibrary library = open_library(files, functions);
  EXPECT_EQ(library.path, "");
  EXPECT_TRUE(library.functions.empty());
  for (const std::string part : {"libbroken.so: ", "libnot-there.so.9: ",
                                 ROOFMARK_PLANTED_LIBRARY " has no planted_question"}) {
    EXPECT_NE(library.problem.find(part), std::string::npos) << part << " in " << library.problem;
  }
}

TEST(SharedLibrary, OneWithoutABuildIdIsKnownByItsBytes) {
  ScratchFolder folder;
  std::stringstream read;
  read << std::ifstream(ROOFMARK_PLANTED_LIBRARY, std::ios::binary).rdbuf();
  const auto code = [&](const std::string& name, const std::string& bytes) {
    const std::string path = folder / name;
    std::ofstream(path, std::ios::binary) << bytes;
    const std::vector<std::string> files = {path};
    const std::vector<const char*> functions = {"planted_answer"};
    const SharedLibrary library = open_library(files, functions);
    return library.functions.empty() ? library.problem : sampled_code(library.functions[0]);
  };
  std::string bytes = read.str();
  const std::string first = code("one.so", bytes);
  EXPECT_EQ(first.size(), 16u) << first;
  EXPECT_EQ(code("copy.so", bytes), first);
  EXPECT_NE(sampled_code(reinterpret_cast<const void*>(&std::fopen)), first);
  EXPECT_EQ(sampled_code(nullptr), "");
  const std::size_t answer = bytes.find(std::string("\xb8\x2a\0\0\0", 5));  // mov $42, %eax
  if (answer == std::string::npos) GTEST_SKIP() << "another architecture's code";
  bytes[answer + 1] = 43;
  EXPECT_NE(code("other.so", bytes), first);
}

}  // namespace
}  // namespace roofmark
