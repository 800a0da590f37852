// The configuration of AMX's tiles, for *.isa.cpp alone.
#pragma once

#include <cstdint>

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// What `ldtilecfg` reads: palette 1, eight tiles of 64 bytes a row (Intel SDM volume 1, 18.2).
struct TileShapes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t lines[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileShapes) == 64);

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
