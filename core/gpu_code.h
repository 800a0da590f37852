// Which machine code GPUs run in this program's launches: hashes of it, taken from the objects that
// nvcc wrote, and tables of them that the build generates.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/machine.h"

namespace roofmark {

/// All kernels of a translation unit as compiled for one architecture: 90 is 9.0.
struct DeviceCode {
  int architecture = 0;
  std::uint64_t hash = 0;
  bool operator==(const DeviceCode&) const = default;
};

/// The device code in a host's object, by architecture; none where there is none.  Of each kernel
/// count its instructions, constants, registers and shared memory; names do not, which hold hashes
/// of file names, nor the order of kernels, nor code that a driver compiles when it runs (PTX).
/// Images that are compressed are left out: nvcc does that to PTX alone unless it is told to.
/// FNV-1a of 64 bits.  Throws InputError naming `file` where the object or what it holds is
/// damaged. Source: the layout of images is that of fatbinary.h of CUDA toolkits and of cubins,
/// which are ELF files.
std::vector<DeviceCode> device_code_hashes(std::string_view object, const std::string& file);

/// A function of this program that launches kernels, and the hash of the code in its translation
/// unit.
struct GpuCodeEntry {
  const void* launcher;
  int architecture;
  std::uint64_t hash;
};

/// Of kernels' and of probes' launchers; empty in a build without CUDA.
std::span<const GpuCodeEntry> kernels_gpu_code();
std::span<const GpuCodeEntry> probes_gpu_code();

/// Sixteen hexadecimal digits for the code that a GPU of that compute capability ("8.7") runs when
/// `launcher` is called: of the table's architectures the highest of its major number that is not
/// beyond it, as the CUDA driver chooses.  Empty where there is none: the driver compiles PTX then.
std::string gpu_code_hash(std::span<const GpuCodeEntry> table, const void* launcher,
                          std::string_view compute_capability);

/// The same of the machine's first GPU, which is the one that is measured; as Task::code_hash().
template <class... P>
std::string launched_code(std::span<const GpuCodeEntry> table, void (*launcher)(P...),
                          const Machine& machine) {
  if (machine.gpus.empty()) return {};
  return gpu_code_hash(table, reinterpret_cast<const void*>(launcher),
                       machine.gpus.front().compute_capability);
}

}  // namespace roofmark
