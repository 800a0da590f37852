# The list of instruction sets: the only place that knows a set's width, flags and run-time test.
# The test is words of /proc/cpuinfo ("flags" on x86, "Features" on Arm): the kernel lists only what it
# lets programs use, and recorded machines can be asked the same question.
include_guard()

set(ROOFMARK_ISAS "")  # what leaves of the machine's architecture are compiled for
set(ROOFMARK_ISA_EXTENSIONS "")
set(ROOFMARK_ISA_ORDER "")  # both
set(ROOFMARK_ISA_TABLE "")

# roofmark_isa(name architecture vector_bytes flags test [EXTENSION]): each -mX without a value needs the word X in
# the test, for code compiled with it may hold such instructions.  Vector bytes 0: one value at a time, or as many as
# the machine has.  Every leaf NAME.isa.cpp is compiled for each set of the machine's architecture but the extensions,
# for which only leaves NAME.<extension>.isa.cpp are: what they add is a few instructions that few leaves use.
function(roofmark_isa name architecture vector_bytes flags test)
  cmake_parse_arguments(arg "EXTENSION" "" "" ${ARGN})
  string(REPLACE " " ";" words "${test}")
  foreach(flag ${flags})
    if(flag MATCHES "^-m([^=]+)$" AND NOT CMAKE_MATCH_1 IN_LIST words)
      message(FATAL_ERROR "cmake/isas.cmake: ${name} is compiled with ${flag} and its test lacks '${CMAKE_MATCH_1}'; add it")
    endif()
  endforeach()
  string(APPEND ROOFMARK_ISA_TABLE "  X(${name}, \"${architecture}\", ${vector_bytes}, \"${test}\") \\\n")
  set(ROOFMARK_ISA_TABLE "${ROOFMARK_ISA_TABLE}" PARENT_SCOPE)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(${architecture})$")
    set(list ROOFMARK_ISAS)
    if(arg_EXTENSION)
      set(list ROOFMARK_ISA_EXTENSIONS)
    endif()
    set(${list} ${${list}} ${name} PARENT_SCOPE)
    set(ROOFMARK_ISA_ORDER ${ROOFMARK_ISA_ORDER} ${name} PARENT_SCOPE)
    set(ROOFMARK_ISA_FLAGS_${name} ${flags} PARENT_SCOPE)
    set(ROOFMARK_ISA_BYTES_${name} ${vector_bytes} PARENT_SCOPE)
  endif()
endfunction()

# Narrowest first: of several that compute in one format the last that a machine has bounds its kernels.
set(x86 "x86_64|AMD64")
roofmark_isa(scalar       ${x86}  0 "-mavx;-mfma" "avx fma" EXTENSION)
roofmark_isa(sse2         ${x86} 16 "-msse2" "sse2")
roofmark_isa(avx128       ${x86} 16 "-mavx;-mfma" "avx fma" EXTENSION)
roofmark_isa(avx2         ${x86} 32 "-mavx2;-mfma;-mf16c" "avx2 fma f16c")
roofmark_isa(avx_vnni     ${x86} 32 "-mavx2;-mfma;-mf16c" "avx_vnni avx2 fma f16c" EXTENSION)
set(avx512_flags "-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mavx2;-mfma;-mf16c;-mprefer-vector-width=512")
set(avx512_words "avx512f avx512bw avx512dq avx512vl avx2 fma f16c")
roofmark_isa(avx512       ${x86} 64 "${avx512_flags}" "${avx512_words}")
# Assemblers know these whatever the flags; compilers of GCC 11's age have no flag for the last.
roofmark_isa(avx512_vnni  ${x86} 64 "${avx512_flags}" "avx512_vnni ${avx512_words}" EXTENSION)
roofmark_isa(avx512_bf16  ${x86} 64 "${avx512_flags}" "avx512_bf16 ${avx512_words}" EXTENSION)
roofmark_isa(avx512_fp16  ${x86} 64 "${avx512_flags}" "avx512_fp16 ${avx512_words}" EXTENSION)
roofmark_isa(amx_int8     ${x86} 64 "${avx512_flags}" "amx_tile amx_int8 ${avx512_words}" EXTENSION)
roofmark_isa(amx_bf16     ${x86} 64 "${avx512_flags}" "amx_tile amx_bf16 ${avx512_words}" EXTENSION)

set(arm "aarch64|arm64")
roofmark_isa(scalar       ${arm}  0 "" "fp" EXTENSION)
roofmark_isa(neon         ${arm} 16 "" "asimd")
roofmark_isa(neon_fp16    ${arm} 16 "-march=armv8.2-a+fp16" "asimdhp asimd" EXTENSION)
roofmark_isa(neon_fhm     ${arm} 16 "-march=armv8.2-a+fp16fml" "asimdfhm asimdhp asimd" EXTENSION)
roofmark_isa(neon_dot     ${arm} 16 "-march=armv8.2-a+dotprod" "asimddp asimd" EXTENSION)
roofmark_isa(neon_bf16    ${arm} 16 "-march=armv8.2-a+bf16" "bf16 asimd" EXTENSION)
roofmark_isa(neon_i8mm    ${arm} 16 "-march=armv8.2-a+i8mm" "i8mm asimd" EXTENSION)
roofmark_isa(sve          ${arm}  0 "-march=armv8.2-a+sve+fp16" "sve asimdhp" EXTENSION)
roofmark_isa(sve_bf16     ${arm}  0 "-march=armv8.2-a+sve+bf16" "svebf16 sve" EXTENSION)
roofmark_isa(sve_i8mm     ${arm}  0 "-march=armv8.2-a+sve+i8mm" "svei8mm sve" EXTENSION)

# roofmark_isa_macro(OUT isas...): "X(name, vector bytes)" of each, as the body of a macro.
function(roofmark_isa_macro out)
  set(text "")
  foreach(isa ${ARGN})
    string(APPEND text "  X(${isa}, ${ROOFMARK_ISA_BYTES_${isa}}) \\\n")
  endforeach()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()
roofmark_isa_macro(base ${ROOFMARK_ISAS})
roofmark_isa_macro(built ${ROOFMARK_ISA_ORDER})
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/isas.h @ONLY CONTENT
"// Generated from cmake/isas.cmake.
#pragma once

// X(name, architecture, vector bytes, words of /proc/cpuinfo it needs): every set Roofmark knows.
#define ROOFMARK_EACH_KNOWN_ISA(X) \\
@ROOFMARK_ISA_TABLE@

// X(name, vector bytes): those that every leaf of this binary is compiled for, narrowest first.
#define ROOFMARK_EACH_ISA(X) \\
@base@

// X(name, vector bytes): those and their extensions.
#define ROOFMARK_EACH_BUILT_ISA(X) \\
@built@
")
