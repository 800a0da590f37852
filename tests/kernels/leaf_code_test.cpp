// The tables of hashes know the very pointers that tasks call.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <string>

#include "core/code_table.h"
#include "isas.h"
#include "kernels/embedding/embedding.isa.h"
#include "kernels/gemm/gemm.isa.h"
#include "kernels/vendor/shared_library.h"

namespace roofmark {
namespace {

bool is_hash(const std::string& text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

TEST(LeafCode, EachInstructionSetsFunctionsAndConstantsHaveHashesOfTheirOwn) {
  std::set<std::string> hashes;
  std::size_t leaves = 0;
#define ROOFMARK_ADD(isa, vector_bytes)                           \
  hashes.insert(leaf_code(kernels_code(), isa_##isa::embedding)); \
  hashes.insert(leaf_code(kernels_code(), &isa_##isa::gemm_f32)); \
  leaves += 2;
  ROOFMARK_EACH_ISA(ROOFMARK_ADD)
#undef ROOFMARK_ADD
  EXPECT_EQ(hashes.size(), leaves);
  for (const std::string& hash : hashes) EXPECT_TRUE(is_hash(hash)) << hash;
}

TEST(LeafCode, OfWhatIsNoLeafIsNotKnown) {
  const int none = 0;
  const CodeEntry rows[] = {{nullptr, 0}, {&rows, 7}};
  EXPECT_EQ(leaf_code(rows, &none), "");
  EXPECT_TRUE(is_hash(leaf_code(rows, &rows)));
  EXPECT_EQ(leaf_code(rows, &rows, &none), "");
  const int* nothing = nullptr;
  EXPECT_EQ(leaf_code(rows, &rows, nothing), leaf_code(rows, &rows));
  EXPECT_NE(leaf_code(rows, &rows, &rows), leaf_code(rows, &rows));
}

TEST(LibraryCode, IsTheBuildIdOfALibraryAndNoneOfTheProgram) {
  EXPECT_EQ(library_code(reinterpret_cast<const void*>(&is_hash)), "");
  const std::string of_the_c_library = library_code(reinterpret_cast<const void*>(&std::fopen));
  EXPECT_TRUE(of_the_c_library.empty() || is_hash(of_the_c_library)) << of_the_c_library;
  EXPECT_EQ(library_code(nullptr), "");
}

}  // namespace
}  // namespace roofmark
