# CUDA: the toolkit, the architectures, and how a *.cu becomes objects.  Included whether or not CUDA is on.
include_guard()

# What every *.cu is compiled with; a lint reads the machine code that comes of it.
set(ROOFMARK_CUDA_OPTIONS -O3 --expt-relaxed-constexpr)

if(ROOFMARK_CUDA)
  find_package(CUDAToolkit)
  if(NOT CUDAToolkit_FOUND)
    message(FATAL_ERROR "ROOFMARK_CUDA is ON but no CUDA toolkit was found; put its nvcc on PATH "
                        "(export PATH=/usr/local/cuda/bin:$PATH) or pass -DCUDAToolkit_ROOT=DIR, or build "
                        "without GPUs (-DROOFMARK_CUDA=OFF)")
  endif()
  if(NOT CMAKE_CUDA_COMPILER)
    find_program(CMAKE_CUDA_COMPILER nvcc HINTS ${CUDAToolkit_BIN_DIR} REQUIRED)
  endif()
  # Every part since Ampere that the toolkit knows.  101 is what toolkits before 13 call 110 (Thor).
  set(known 80 86 87 89 90a)
  if(CUDAToolkit_VERSION VERSION_GREATER_EQUAL 12.8)
    list(APPEND known 100 120)
    if(CUDAToolkit_VERSION VERSION_GREATER_EQUAL 13.0)
      list(APPEND known 110)
    else()
      list(APPEND known 101)
    endif()
  endif()
  if(CMAKE_CUDA_ARCHITECTURES)  # -DCMAKE_CUDA_ARCHITECTURES="87;90a" or the orin preset's
    set(known ${CMAKE_CUDA_ARCHITECTURES})
  endif()
  set(ROOFMARK_CUDA_ARCHITECTURES ${known})
  list(GET known 0 ROOFMARK_CUDA_PTX)  # one PTX, of the oldest, for parts to come
  set(CMAKE_CUDA_ARCHITECTURES OFF)  # CMake 3.22 does not know 90a; the flags are made below
  enable_language(CUDA)
endif()

# roofmark_gencode(OUT least): -gencode flags for the architectures from `least` on, or for `least` alone where
# there is none or where it ends in a letter (its instructions exist on that part alone).
function(roofmark_gencode out least)
  set(wanted "")
  string(REGEX REPLACE "[a-z]" "" least_number ${least})
  foreach(arch ${ROOFMARK_CUDA_ARCHITECTURES})
    string(REGEX REPLACE "[a-z]" "" number ${arch})
    if(NOT least MATCHES "[a-z]" AND number GREATER_EQUAL least_number)
      list(APPEND wanted ${arch})
    endif()
  endforeach()
  if(NOT wanted)
    set(wanted ${least})
  endif()
  set(flags "")
  foreach(arch ${wanted})
    list(APPEND flags "SHELL:-gencode arch=compute_${arch},code=sm_${arch}")
  endforeach()
  list(GET wanted 0 ptx)
  if(NOT ptx MATCHES "[a-z]")
    list(APPEND flags "SHELL:-gencode arch=compute_${ptx},code=compute_${ptx}")
  endif()
  set(${out} "${flags}" PARENT_SCOPE)
endfunction()

# roofmark_cuda_objects(ROOM file.cu): compiled for every architecture; NAME.sm89.cu for those from 8.9 on,
# NAME.sm90a.cu for 9.0 alone.  The assembler knows instructions of 8.9 from toolkit 12.4 on; before that no_sm89.cpp
# stands in for NAME.sm89.cu.
function(roofmark_cuda_objects room source)
  get_filename_component(stem ${source} NAME_WE)
  get_filename_component(file ${source} NAME)
  set(least 80)
  set(object cuda_${room}_${stem})
  if(file MATCHES "\\.sm([0-9]+a?)\\.cu$")
    set(least ${CMAKE_MATCH_1})
    string(APPEND object _sm${least})
  endif()
  if(least STREQUAL 89 AND CUDAToolkit_VERSION VERSION_LESS 12.4)
    get_filename_component(folder ${source} DIRECTORY)
    target_sources(roofmark_${room} PRIVATE ${folder}/no_sm89.cpp)
    return()
  endif()
  roofmark_gencode(gencode ${least})
  add_library(${object} OBJECT ${source})
  target_include_directories(${object} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${object} PROPERTIES CUDA_STANDARD 17 CUDA_STANDARD_REQUIRED ON CUDA_EXTENSIONS OFF
                        CUDA_SEPARABLE_COMPILATION OFF)
  target_compile_options(${object} PRIVATE ${gencode} ${ROOFMARK_CUDA_OPTIONS} -Xcompiler=-Wall,-Wextra
                         $<$<BOOL:${ROOFMARK_WERROR}>:--Werror=all-warnings>)
  target_sources(roofmark_${room} PRIVATE $<TARGET_OBJECTS:${object}>)
  set_property(GLOBAL APPEND PROPERTY ROOFMARK_CUDA_OBJECTS ${object})
  set_property(GLOBAL APPEND PROPERTY ROOFMARK_CUDA_OBJECTS_${room} ${object})
endfunction()
