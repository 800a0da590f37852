// The largest workloads that commands take, so that a slip of the keyboard is refused at once.
#pragma once

#include <cstdint>

namespace roofmark {

/// Sequences at once.  Servers batch thousands at most, and each one is an entry of the run file.
inline constexpr std::int64_t most_sequences = std::int64_t{1} << 16;
/// Tokens of a prompt or a cache.  Models take a few million at most.
inline constexpr std::int64_t most_tokens = std::int64_t{1} << 24;

/// Tokens generated after a prompt, each step of which is counted; models write some 2^17 at most.
inline constexpr std::int64_t most_generated = std::int64_t{1} << 20;
/// Devices that share a model.
inline constexpr std::int64_t most_devices = std::int64_t{1} << 16;

}  // namespace roofmark
