# The list of instruction sets: the only place that knows a set's width, flags and run-time test.
# The test is words of /proc/cpuinfo ("flags" on x86, "Features" on Arm): the kernel lists only what it
# lets programs use, and recorded machines can be asked the same question.
include_guard()

set(ROOFMARK_ISAS "")
set(ROOFMARK_ISA_TABLE "")

# roofmark_isa(name architecture vector_bytes flags test): each -mX without a value needs the word X in the test,
# for code compiled with it may hold such instructions.
function(roofmark_isa name architecture vector_bytes flags test)
  string(REPLACE " " ";" words "${test}")
  foreach(flag ${flags})
    if(flag MATCHES "^-m([^=]+)$" AND NOT CMAKE_MATCH_1 IN_LIST words)
      message(FATAL_ERROR "cmake/isas.cmake: ${name} is compiled with ${flag} and its test lacks '${CMAKE_MATCH_1}'; add it")
    endif()
  endforeach()
  string(APPEND ROOFMARK_ISA_TABLE "  X(${name}, \"${architecture}\", ${vector_bytes}, \"${test}\") \\\n")
  set(ROOFMARK_ISA_TABLE "${ROOFMARK_ISA_TABLE}" PARENT_SCOPE)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(${architecture})$")
    set(ROOFMARK_ISAS ${ROOFMARK_ISAS} ${name} PARENT_SCOPE)
    set(ROOFMARK_ISA_FLAGS_${name} ${flags} PARENT_SCOPE)
    set(ROOFMARK_ISA_BYTES_${name} ${vector_bytes} PARENT_SCOPE)
  endif()
endfunction()

roofmark_isa(sse2   "x86_64|AMD64"  16 "-msse2" "sse2")
roofmark_isa(avx2   "x86_64|AMD64"  32 "-mavx2;-mfma" "avx2 fma")
roofmark_isa(avx512 "x86_64|AMD64"  64 "-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mavx2;-mfma;-mprefer-vector-width=512"
             "avx512f avx512bw avx512dq avx512vl avx2 fma")
roofmark_isa(neon   "aarch64|arm64" 16 "" "asimd")

set(built "")
foreach(isa ${ROOFMARK_ISAS})
  string(APPEND built "  X(${isa}, ${ROOFMARK_ISA_BYTES_${isa}}) \\\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/isas.h @ONLY CONTENT
"// Generated from cmake/isas.cmake.
#pragma once

// X(name, architecture, vector bytes, words of /proc/cpuinfo it needs): every set Roofmark knows.
#define ROOFMARK_EACH_KNOWN_ISA(X) \\
@ROOFMARK_ISA_TABLE@

// X(name, vector bytes): those compiled into this binary, narrowest first.
#define ROOFMARK_EACH_ISA(X) \\
@built@
")
