# The distribution's cross compiler for AArch64 (package g++-aarch64-linux-gnu), with libraries from a folder of
# unpacked arm64 packages (ROOFMARK_AARCH64_ROOT), and the emulator that runs what it makes.  scripts/check-aarch64.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
if(ROOFMARK_AARCH64_ROOT)
  list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ROOFMARK_AARCH64_ROOT)
  set(CMAKE_FIND_ROOT_PATH ${ROOFMARK_AARCH64_ROOT})
  set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
  set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
  set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
  set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
  set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
  # Last, because the cross compiler has the C library's headers of its own.
  set(CMAKE_CXX_FLAGS_INIT "-idirafter ${ROOFMARK_AARCH64_ROOT}/usr/include/aarch64-linux-gnu")
  # SVE vectors of 256 bits: neither NEON's length nor that of the widest.
  set(CMAKE_CROSSCOMPILING_EMULATOR
      qemu-aarch64-static -L ${ROOFMARK_AARCH64_ROOT} -cpu max,sve256=on,sve-default-vector-length=32)
endif()
