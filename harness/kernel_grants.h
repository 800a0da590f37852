// What Linux grants this process of what the CPU has: AMX tiles, and how long SVE vectors are.
#pragma once

#include <functional>

#include "core/machine.h"

namespace roofmark {

/// A system call by its number, with two arguments: -1 where it fails, as syscall(2).
using SystemCall = std::function<long(long number, long first, long second)>;

/// Asks for what has to be asked for, once per process.  Instruction sets of AMX leave `cpu.isas`
/// where the kernel refuses the tiles, in which case their first instruction would end the program;
/// `cpu.sve_bytes` is what this process runs with, whatever the file of defaults says.
void ask_kernel(Cpu& cpu, const SystemCall& call);
void ask_kernel(Cpu& cpu);

/// A vector length that SVE allows, in bytes (Arm Architecture Reference Manual: 128 to 2048 bits,
/// in steps of 128).
bool is_sve_length(std::int64_t bytes);

}  // namespace roofmark
