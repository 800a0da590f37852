// One matrix product by cuBLASLt, with the library that is given.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "kernels/gemm/cublaslt.h"

namespace roofmark {

/// Where this process looks for the library of the toolkit that it was built with.
std::vector<std::string> cublaslt_candidates();

/// The first of these files that is such a library.
CublasLt find_cublaslt(std::span<const std::string> candidates);

/// Asks the first of these libraries that is one for its algorithms, times each on operands in
/// memory and keeps the fastest.  Throws AbsentError where there is no such library, where it does
/// not start, or where it has no algorithm for this shape and format.
std::unique_ptr<Task> cublaslt_task(const Case& what, Device& device,
                                    std::span<const std::string> candidates);

}  // namespace roofmark
