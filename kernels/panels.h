// How weights lie in memory for products on CPUs: packed once when a model is loaded, so that a
// kernel reads them from one end to the other in whole vectors.
#pragma once

#include <cstdint>

namespace roofmark {

/// W [n, k] in panels of `columns` outputs, each [k / unit][columns][unit], k innermost: `unit`
/// weights are what one lane of an instruction multiplies at once.  Both extents are padded, n to
/// whole panels and k to whole units, or to whole `step`s of units.
class Panels {
 public:
  Panels(std::int64_t n, std::int64_t k, std::int64_t columns, std::int64_t unit,
         std::int64_t step = 1)
      : columns_(columns),
        unit_(unit),
        panels_((n + columns - 1) / columns),
        units_((k + unit * step - 1) / (unit * step) * step) {}

  std::int64_t panels() const { return panels_; }
  std::int64_t units() const { return units_; }
  std::int64_t panel_elements() const { return units_ * columns_ * unit_; }
  std::int64_t elements() const { return panels_ * panel_elements(); }

  /// Where weight (row, column) of W is, in elements.
  std::int64_t index(std::int64_t row, std::int64_t column) const {
    const std::int64_t at = (row / columns_ * units_ + column / unit_) * columns_;
    return (at + row % columns_) * unit_ + column % unit_;
  }

 private:
  std::int64_t columns_, unit_, panels_, units_;
};

}  // namespace roofmark
