#include "probes/pipe_reference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "core/format.h"
#include "core/values.h"

namespace roofmark {
namespace {

int element_bytes(const char* type) { return bits(*dtype_from(type)) / 8; }

/// Reads and writes the elements of registers of one type.
class Elements {
 public:
  Elements(const char* type, std::byte* data) : type_(*dtype_from(type)), data_(data) {}
  void set(std::int64_t index, double value) {
    const std::uint64_t word = encoded(value, type_);
    std::memcpy(data_ + index * (bits(type_) / 8), &word,
                static_cast<std::size_t>(bits(type_) / 8));
  }

 private:
  DType type_;
  std::byte* data_;
};

bool is_integer(const PipeLoop& loop) { return *dtype_from(loop.sum) == DType::i32; }

using Draw = std::array<double, 4>;  ///< m1, c1, m2, c2

/// The second step takes the first one back.
Draw lasting(const PipeLoop& loop, double m, double c) {
  switch (loop.step) {
    case PipeStep::scaled:
      return {m, c, 1 / m, -c / m};
    case PipeStep::added:
      return {m, c, m, c};
    case PipeStep::multiplied:
    case PipeStep::divided:
      return {m, c, 1 / m, c};
    case PipeStep::rooted:
      return {m, c, c, c};
    // The only operand: multiplied by, it alternates the sign of x, and one unit in the last place
    // off 1 drifts by e^0.009 over a launch's turns.
    case PipeStep::separate:
      return {-1 - epsilon(*dtype_from(loop.type)), 0, 0, 0};
    default:
      return {m, c, -m, c};
  }
}

/// Element of the `k`-th product that a lane of a register adds, in m and in c.
struct Term {
  std::int64_t m, c;
};
Term term_of(const PipeLoop& loop, int lane, int k) {
  if (loop.step != PipeStep::tiled) {
    const std::int64_t at = std::int64_t{lane} * loop.depth + k;
    return {at, at};
  }
  const int tile = lane / (loop.rows * loop.columns);
  const int row = lane % (loop.rows * loop.columns) / loop.columns, column = lane % loop.columns;
  const std::int64_t first = std::int64_t{tile} * loop.rows * loop.depth;
  const std::int64_t m = first + std::int64_t{row} * loop.depth + k;
  if (!loop.by_columns) return {m, first + std::int64_t{column} * loop.depth + k};
  // The depth goes down the rows, as many elements of it beside one another as fill four bytes.
  const int together = 4 / element_bytes(loop.type);
  return {m,
          std::int64_t{k / together} * loop.columns * together + column * together + k % together};
}

/// Lanes of one accumulator after a few turns.
class Reference {
 public:
  Reference(const PipeLoop& loop, int bytes, const std::byte* operands)
      : loop_(loop), bytes_(bytes), operands_(operands) {}

  double after(double x, int chain, int lane) const {
    for (int turn = 0; turn < checked_turns; ++turn) x = turned(x, chain, lane);
    return x;
  }

  std::uint32_t after(std::uint32_t x, int lane) const {
    const std::uint32_t once = sum_of(lane, 0) + sum_of(lane, 2);
    return x + once * checked_turns;
  }

 private:
  double operand(int which, std::int64_t at) const {
    return value_at(operands_ + which * bytes_, *dtype_from(loop_.type), at);
  }

  std::int64_t integer(int which, std::int64_t at) const {
    const auto value = static_cast<std::int64_t>(operand(which, at));
    return loop_.unsigned_m && which % 2 == 0 && value < 0 ? value + 256 : value;
  }

  /// AMX multiplies both by c1.
  int other(int which) const { return loop_.by_columns ? 1 : which + 1; }

  std::uint32_t sum_of(int lane, int which) const {
    std::int64_t sum = 0;
    for (int k = 0; k < loop_.depth; ++k) {
      const Term term = term_of(loop_, lane, k);
      sum += integer(which, term.m) * integer(other(which), term.c);
    }
    return static_cast<std::uint32_t>(sum);
  }

  double products(int lane, int which) const {
    double sum = 0;
    for (int k = 0; k < loop_.depth; ++k) {
      const Term term = term_of(loop_, lane, k);
      sum += operand(which, term.m) * operand(other(which), term.c);
    }
    return sum;
  }

  double turned(double x, int chain, int lane) const {
    if (loop_.depth > 1) return x + products(lane, 0) + products(lane, 2);
    const double m1 = operand(0, lane), c1 = operand(1, lane), m2 = operand(2, lane),
                 c2 = operand(3, lane);
    switch (loop_.step) {
      case PipeStep::scaled:
        return (x * m1 + c1) * m2 + c2;
      case PipeStep::accumulated:
        return x + m1 * c1 + m2 * c2;
      case PipeStep::separate:
        return chain < 8 ? x * std::pow(m1, 7) : x;  // what is added is taken away again
      case PipeStep::mixed: {
        const int of_each = loop_.instructions / 2;
        return chain < loop_.multiplied ? x + c1 * c1 * of_each / loop_.multiplied
                                        : x + c1 * of_each / (loop_.chains - loop_.multiplied);
      }
      case PipeStep::added:
        return x + c1 - c2;
      case PipeStep::multiplied:
        return x * m1 * m2;
      case PipeStep::divided:
        return x / m1 / m2;
      default:
        return std::sqrt(m2);
    }
  }

  const PipeLoop& loop_;
  int bytes_;
  const std::byte* operands_;
};

void draw_integers(const PipeLoop& loop, int bytes, std::mt19937_64& random, std::byte* operands,
                   std::byte* start) {
  const auto fill = [&](std::byte* at, int count) {
    for (int i = 0; i < count; ++i) at[i] = static_cast<std::byte>(random());
  };
  fill(operands, 4 * bytes);
  fill(start, loop.chains * bytes);
}

}  // namespace

void draw_operands(const PipeLoop& loop, int bytes, std::uint64_t seed, Operands kind,
                   std::byte* operands, std::byte* start) {
  std::mt19937_64 random(seed);
  if (is_integer(loop)) return draw_integers(loop, bytes, random, operands, start);
  // So near 1 that a few products stay in the range of f16.
  std::uniform_real_distribution<double> uniform(0.75, 1.5);
  const int elements = bytes / element_bytes(loop.type);
  for (int i = 0; i < elements; ++i) {
    const double m = uniform(random), c = uniform(random);
    const Draw lasts = lasting(loop, m, c);
    const Draw tells{m, c, uniform(random), uniform(random)};
    for (int which = 0; which < 4; ++which) {
      Elements all(loop.type, operands + which * bytes);
      all.set(i, kind == Operands::lasting ? lasts[which] : tells[which]);
    }
  }
  Elements x(loop.sum, start);
  const int lanes = bytes / element_bytes(loop.sum);
  for (int i = 0; i < loop.chains * lanes; ++i) x.set(i, uniform(random));
}

double worst_error(const PipeLoop& loop, int bytes, const std::byte* operands,
                   const std::byte* start, const std::byte* end) {
  const DType sum = *dtype_from(loop.sum);
  const Reference reference(loop, bytes, operands);
  const int lanes = bytes / element_bytes(loop.sum);
  double worst = 0;
  for (int i = 0; i < loop.chains * lanes; ++i) {
    const double from = value_at(start, sum, i), found = value_at(end, sum, i);
    if (is_integer(loop)) {
      const auto word = [](double x) {
        return static_cast<std::uint32_t>(static_cast<std::int64_t>(x));
      };
      if (word(found) != reference.after(word(from), i % lanes)) return 2;
      continue;
    }
    const double expected = reference.after(from, i / lanes, i % lanes);
    // Each step may have rounded products that are larger than what is left of them.
    const double size = loop.depth + 2 + std::abs(expected);
    const double off = std::abs(found - expected) / (32 * epsilon(sum) * size);
    if (std::isnan(off)) return off;
    worst = std::max(worst, off);
  }
  return worst;
}

bool all_normal(const PipeLoop& loop, int bytes, const std::byte* end) {
  if (is_integer(loop)) return true;
  const DType sum = *dtype_from(loop.sum);
  for (int i = 0; i < loop.chains * (bytes / element_bytes(loop.sum)); ++i) {
    const double x = std::abs(value_at(end, sum, i));
    if (!std::isfinite(x) || x < 0x1p-12) return false;
  }
  return true;
}

}  // namespace roofmark
