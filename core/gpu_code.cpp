// Reads the device code that nvcc puts into a host's object: a section .nv_fatbin of containers,
// each of images.
#include "core/gpu_code.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/elf_file.h"

namespace roofmark {
namespace {

constexpr std::uint32_t container_mark = 0xba55ed50;
constexpr std::uint16_t of_machine_code = 2;  // 1: PTX
constexpr std::uint32_t program_bits = 1;

/// What a kernel is made of, by section: .text.NAME, .nv.constant0.NAME, .nv.shared.NAME; what
/// belongs to no kernel stands under an empty name.
std::string kernel_of(std::string_view section) {
  for (const std::string_view kind : {".text.", ".nv.shared.", ".nv.local."}) {
    if (section.substr(0, kind.size()) == kind) return std::string(section.substr(kind.size()));
  }
  constexpr std::string_view constants = ".nv.constant";
  if (section.substr(0, constants.size()) != constants) return {};
  const std::size_t dot = section.find('.', constants.size());
  return dot == std::string_view::npos ? std::string() : std::string(section.substr(dot + 1));
}

bool counts(const ElfSection& section) {
  const std::string_view name = section.name;
  const auto begins = [&](std::string_view kind) { return name.substr(0, kind.size()) == kind; };
  return begins(".text.") || begins(".nv.constant") || begins(".nv.shared") ||
         begins(".nv.local") || begins(".nv.global");
}

std::uint64_t hash_of_cubin(std::string_view cubin, const std::string& refusal) {
  const ElfFile elf(cubin, refusal);
  std::map<std::string, CodeFnv> kernels;
  for (const ElfSection& section : elf.sections()) {
    if (!counts(section)) continue;
    const std::string kernel = kernel_of(section.name);
    CodeFnv& hash = kernels[kernel];
    hash.add(section.name.substr(0, section.name.size() - kernel.size()));
    hash.add(section.size_bytes);
    // The upper byte of a kernel's info is how many registers it has.
    hash.add(section.type == program_bits ? section.info >> 24 : 0);
    hash.add(section.bytes);
  }
  std::vector<std::uint64_t> all;
  for (const auto& [name, hash] : kernels) all.push_back(hash.value());
  std::sort(all.begin(), all.end());  // not in the order of their names
  CodeFnv whole;
  for (const std::uint64_t one : all) whole.add(one);
  return whole.value();
}

/// Images of one container from `at` on; returns its end.
std::uint64_t read_container(const ElfFile& elf, std::string_view bytes, std::uint64_t at,
                             const std::string& refusal, std::map<int, CodeFnv>& found) {
  const auto header = elf.number_in<std::uint16_t>(bytes, at + 6);
  const std::uint64_t end = at + header + elf.number_in<std::uint64_t>(bytes, at + 8);
  if (header < 16 || end > bytes.size() || end <= at) elf.refuse();
  for (std::uint64_t image = at + header; image < end;) {
    const auto kind = elf.number_in<std::uint16_t>(bytes, image);
    const auto before = elf.number_in<std::uint32_t>(bytes, image + 4);
    const auto size = elf.number_in<std::uint64_t>(bytes, image + 8);
    const auto architecture = elf.number_in<std::uint32_t>(bytes, image + 28);
    if (before < 32 || before > end - image || size > end - image - before) elf.refuse();
    const std::string_view code = bytes.substr(image + before, size);
    const bool is_open = code.substr(0, 4) ==
                         "\x7f"
                         "ELF";
    if (kind == of_machine_code && is_open) {
      found[static_cast<int>(architecture)].add(hash_of_cubin(code, refusal));
    }
    image += before + size;
  }
  return end;
}

}  // namespace

std::vector<DeviceCode> device_code_hashes(std::string_view object, const std::string& file) {
  const std::string refusal =
      file +
      ": no relocatable ELF object, or one whose device code is damaged; give what the "
      "compiler wrote";
  const ElfFile elf(object, refusal);
  std::map<int, CodeFnv> found;
  for (const ElfSection& section : elf.sections()) {
    if (section.name != ".nv_fatbin") continue;
    const std::string_view bytes = section.bytes;
    for (std::uint64_t at = 0; at + 16 <= bytes.size();) {
      const bool begins = elf.number_in<std::uint32_t>(bytes, at) == container_mark;
      at = begins ? read_container(elf, bytes, at, refusal, found) : at + 8;  // padding
    }
  }
  std::vector<DeviceCode> all;
  for (const auto& [architecture, hash] : found) all.push_back({architecture, hash.value()});
  return all;
}

std::string gpu_code_hash(std::span<const GpuCodeEntry> table, const void* launcher,
                          std::string_view compute_capability) {
  int major = 0, minor = 0;
  const char* end = compute_capability.data() + compute_capability.size();
  const auto [dot, error] = std::from_chars(compute_capability.data(), end, major);
  if (error != std::errc() || dot == end || *dot != '.') return {};
  if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return {};
  const GpuCodeEntry* best = nullptr;
  for (const GpuCodeEntry& entry : table) {
    const bool runs = entry.architecture / 10 == major && entry.architecture % 10 <= minor;
    if (entry.launcher != launcher || !runs) continue;
    if (best == nullptr || entry.architecture > best->architecture) best = &entry;
  }
  if (best == nullptr) return {};
  CodeFnv all;
  all.add(best->hash);
  return all.digits();
}

}  // namespace roofmark
