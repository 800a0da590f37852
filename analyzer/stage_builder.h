// The steps of a stage, as a network is built: each adds an operator and checks what it multiplies.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "analyzer/network.h"
#include "analyzer/operators.h"
#include "analyzer/weight_formats.h"

namespace roofmark {

/// Every function that adds a step returns its index.  All throw InputError where a number of
/// operations or elements exceeds 2^60, which kernels multiply as 64-bit integers.
class StageBuilder {
 public:
  using Reads = std::array<int, 4>;
  static constexpr int entering = Step::entering, none = Step::none;

  explicit StageBuilder(const Workload& workload);

 protected:
  std::int64_t product(std::initializer_list<std::int64_t> factors) const;

  int add(const char* name, const char* kernel, Shape shape, const Format& format, Reads reads,
          std::int64_t elements, bool in_place = false);
  /// Element by element over [rows, cols], with more extents where the kernel wants them.
  int rows(const char* name, const char* kernel, std::int64_t rows, std::int64_t cols, Reads reads,
           std::initializer_list<Extent> more = {});

  /// What a product has beside its matrix, and where its result goes.
  struct Extras {
    bool bias = false, cached = false;
  };
  /// y [m, n] = x [m, k] W^T.
  int linear(const char* name, Part part, std::int64_t m, std::int64_t n, std::int64_t k, int read,
             Extras extras);
  int linear(const char* name, Part part, std::int64_t m, std::int64_t n, std::int64_t k,
             int read) {
    return linear(name, part, m, n, k, read, Extras{});
  }
  /// A product of each head of its own, [m, n] = [m, k] W_h^T, m being the tokens.
  int of_heads(const char* name, std::int64_t n, std::int64_t k, int read);
  /// A product of each of tokens * chosen rows with one of the experts; `inputs` rows are in
  /// memory.
  int routed(const char* name, std::int64_t inputs, std::int64_t n, std::int64_t k, int read);
  /// Rows of a table, one per token.
  int gather(const char* name, Part part, std::int64_t cols, std::int64_t table);
  int norm(const char* name, int read);
  int sum(const char* name, int left, int right);
  /// `read`: the queries, which it overwrites, and the keys.
  int rope(std::int64_t heads, std::int64_t rotated, std::pair<int, int> read,
           std::int64_t elements);
  /// That step's result goes to the cache.
  void to_cache(int step) { stages_.back().steps[static_cast<std::size_t>(step)].elements = 0; }

  const Workload& workload_;
  const Model& model_;
  WeightFormats formats_;
  std::int64_t tokens_ = 0, queries_;
  std::vector<QueryGroup> groups_;
  std::vector<Stage> stages_;

 private:
  void refuse_if_above_limit(double operations) const;
};

}  // namespace roofmark
