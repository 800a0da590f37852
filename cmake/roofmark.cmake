# Build functions: a library per room, an object library per instruction set, a registry per room.
include_guard()

add_library(roofmark_options INTERFACE)
target_include_directories(roofmark_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(roofmark_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                       -Wno-missing-field-initializers  # designated initializers leave defaults on purpose
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false alarms on std::string + (GCC PR 105651)
                       $<$<BOOL:${ROOFMARK_WERROR}>:-Werror>)

# roofmark_room(NAME SOURCES... [LINK libraries...]): the static library of one room.
function(roofmark_room name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(roofmark_${name} STATIC ${arg_SOURCES})
  target_link_libraries(roofmark_${name} PUBLIC roofmark_options ${arg_LINK})
endfunction()

# roofmark_relocatable(PROGRAM): installed as bin/PROGRAM, it finds its libraries in lib/ beside bin/, and those find
# theirs there too: that is what DT_RPATH does and DT_RUNPATH does not.  The component is named as the program.
function(roofmark_relocatable program)
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
  target_link_options(${program} PRIVATE -Wl,--disable-new-dtags)
  install(TARGETS ${program} COMPONENT ${program} RUNTIME DESTINATION bin)
endfunction()

# What turns the flags of any preset into those of release.
set(ROOFMARK_RELEASE_OBJECT_OPTIONS -O3 -g0 -DNDEBUG -fno-sanitize=all -fomit-frame-pointer)

# roofmark_leaf_isas(OUT file): the instruction sets that a leaf is compiled for: NAME.<extension>.isa.cpp for that
# extension where the architecture has it, NAME.isa.cpp for every set that is none.
function(roofmark_leaf_isas out source)
  get_filename_component(file ${source} NAME)
  set(isas ${ROOFMARK_ISAS})
  if(file MATCHES "^[^.]+\\.([^.]+)\\.isa\\.cpp$")
    set(isas "")
    if(CMAKE_MATCH_1 IN_LIST ROOFMARK_ISA_EXTENSIONS)
      set(isas ${CMAKE_MATCH_1})
    endif()
  endif()
  set(${out} "${isas}" PARENT_SCOPE)
endfunction()

# roofmark_isa_objects(ROOM room SOURCE file): compiles one leaf source once per instruction set.
# Beside each object that is linked stands one with the release flags that is only read, by the lints:
# sanitizers and -O0 emit weak symbols and change the code.
function(roofmark_isa_objects)
  cmake_parse_arguments(arg "" "ROOM;SOURCE" "" ${ARGN})
  get_filename_component(stem ${arg_SOURCE} NAME_WE)
  roofmark_leaf_isas(isas ${arg_SOURCE})
  foreach(isa ${isas})
    set(object isa_${arg_ROOM}_${stem}_${isa})
    add_library(${object} OBJECT ${arg_SOURCE})
    roofmark_isa_options(${object} ${isa})
    set_property(GLOBAL APPEND PROPERTY ROOFMARK_LEAVES_${arg_ROOM} ${object})
    target_sources(roofmark_${arg_ROOM} PRIVATE $<TARGET_OBJECTS:${object}>)
    if(ROOFMARK_TESTS)
      add_library(release_${object} OBJECT ${arg_SOURCE})
      roofmark_isa_options(release_${object} ${isa})
      target_compile_options(release_${object} PRIVATE ${ROOFMARK_RELEASE_OBJECT_OPTIONS})
      set_property(TARGET release_${object} PROPERTY ROOFMARK_ISA ${isa})
      set_property(GLOBAL APPEND PROPERTY ROOFMARK_RELEASE_ISA_TARGETS release_${object})
    endif()
  endforeach()
endfunction()

# roofmark_leaf_list(files...): generates leaves/STEM.h, whose ROOFMARK_EACH_ISA_OF_STEM(X) names every instruction set
# that leaves of that stem are compiled for.
function(roofmark_leaf_list)
  set(stems "")
  foreach(source ${ARGN})
    get_filename_component(stem ${source} NAME_WE)
    roofmark_leaf_isas(isas ${source})
    list(APPEND stems ${stem})
    list(APPEND of_${stem} ${isas})
  endforeach()
  list(REMOVE_DUPLICATES stems)
  foreach(stem ${stems})
    set(ordered "")
    foreach(isa ${ROOFMARK_ISA_ORDER})
      if(isa IN_LIST of_${stem})
        list(APPEND ordered ${isa})
      endif()
    endforeach()
    roofmark_isa_macro(each ${ordered})
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/leaves/${stem}.h @ONLY CONTENT
"// Generated from the names of ${stem}'s leaves.
#pragma once

#define ROOFMARK_EACH_ISA_OF_${stem}(X) \\
@each@
")
  endforeach()
endfunction()

function(roofmark_isa_options target isa)
  target_link_libraries(${target} PRIVATE roofmark_options)
  # Sections of their own keep the hash of each function apart (core/machine_code.h).
  target_compile_options(${target} PRIVATE ${ROOFMARK_ISA_FLAGS_${isa}} -ffp-contract=fast -Wno-psabi
                         -ffunction-sections -fdata-sections
                         $<$<CXX_COMPILER_ID:GNU>:-fno-tree-loop-distribute-patterns>)
  target_compile_definitions(${target} PRIVATE
    ROOFMARK_ISA=${isa} ROOFMARK_ISA_NAMESPACE=isa_${isa}
    ROOFMARK_VECTOR_BYTES=${ROOFMARK_ISA_BYTES_${isa}})
  # Scheduled before registers are given out, as GCC does for every architecture but x86, a tile's loads of a whole
  # step come first, and with 24 sums in 32 registers one to three sums then went through memory at every step.
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(${x86})$")
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-schedule-insns>)
  endif()
endfunction()

# roofmark_add_probe(NAME) and roofmark_add_kernel(NAME): NAME/NAME.cpp defines
# std::vector<Kernel> NAME_kernels(); every NAME/*.isa.cpp beside it is compiled per instruction set
# (roofmark_leaf_isas).
macro(roofmark_add_probe name)
  roofmark_register(probes ${name})
endmacro()
macro(roofmark_add_kernel name)
  roofmark_register(kernels ${name})
endmacro()

# For GPUs, NAME/NAME.cuda.cpp defines std::vector<Kernel> NAME_cuda_kernels(), whose variants join those of the
# kernel of the same name, over the launchers of every NAME/*.cu beside it.  NAME/*.cublas.cpp need headers of the
# toolkit; without it NAME/no_cublas.cpp stands in for them.
function(roofmark_register room name)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  if(EXISTS ${folder}/${name}.cpp)
    file(GLOB leaves CONFIGURE_DEPENDS ${folder}/*.isa.cpp)
    target_sources(roofmark_${room} PRIVATE ${name}/${name}.cpp)
    foreach(leaf ${leaves})
      roofmark_isa_objects(ROOM ${room} SOURCE ${leaf})
    endforeach()
    roofmark_leaf_list(${leaves})
    set_property(GLOBAL APPEND PROPERTY ROOFMARK_REGISTRY_${room} ${name}_kernels)
  endif()
  if(EXISTS ${folder}/${name}.cuda.cpp)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cu)
    set_property(GLOBAL APPEND PROPERTY ROOFMARK_GPU_TASKS ${folder}/${name}.cuda.cpp)
    set_property(GLOBAL APPEND PROPERTY ROOFMARK_GPU_SOURCES ${sources})
    set_property(GLOBAL APPEND PROPERTY ROOFMARK_GPU_REGISTRY ${name}_cuda_kernels)
    if(ROOFMARK_CUDA)
      target_sources(roofmark_${room} PRIVATE ${name}/${name}.cuda.cpp)
      set_property(GLOBAL APPEND PROPERTY ROOFMARK_REGISTRY_${room} ${name}_cuda_kernels)
      foreach(source ${sources})
        roofmark_cuda_objects(${room} ${source})
      endforeach()
    endif()
  endif()
  file(GLOB vendor CONFIGURE_DEPENDS ${folder}/*.cublas.cpp)
  if(vendor AND ROOFMARK_CUDA)
    target_sources(roofmark_${room} PRIVATE ${vendor})
    target_include_directories(roofmark_${room} SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  elseif(vendor)
    target_sources(roofmark_${room} PRIVATE ${folder}/no_cublas.cpp)
  endif()
endfunction()

# roofmark_write_registry(ROOM): generates all_<room>(), declared in <room>/registry.h.
function(roofmark_write_registry room)
  get_property(names GLOBAL PROPERTY ROOFMARK_REGISTRY_${room})
  set(text "// Generated from ${room}/CMakeLists.txt.\n#include \"${room}/registry.h\"\n\nnamespace roofmark {\n\n")
  foreach(name ${names})
    string(APPEND text "std::vector<Kernel> ${name}();\n")
  endforeach()
  string(APPEND text "\nstd::vector<Kernel> all_${room}() {\n  std::vector<Kernel> all;\n")
  foreach(name ${names})
    string(APPEND text "  merge(all, ${name}());\n")
  endforeach()
  string(APPEND text "  return all;\n}\n\n}  // namespace roofmark\n")
  set(file ${PROJECT_BINARY_DIR}/generated/${room}_registry.cpp)
  file(GENERATE OUTPUT ${file} CONTENT "${text}")
  target_sources(roofmark_${room} PRIVATE ${file})
endfunction()

# roofmark_write_code_table(ROOM): generates <room>_code(), declared in core/code_table.h: the hash of every leaf's
# machine code, taken from its object before it is linked; and <room>_gpu_code(), declared in core/gpu_code.h: that of the
# device code beside each launcher.
function(roofmark_write_code_table room)
  if(NOT TARGET hash_code)
    add_executable(hash_code ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/hash_code.cpp)
    target_link_libraries(hash_code PRIVATE roofmark_core)
  endif()
  get_property(leaves GLOBAL PROPERTY ROOFMARK_LEAVES_${room})
  get_property(gpu GLOBAL PROPERTY ROOFMARK_CUDA_OBJECTS_${room})
  set(objects "")
  foreach(leaf ${leaves} ${gpu})
    list(APPEND objects $<TARGET_OBJECTS:${leaf}>)
  endforeach()
  set(file ${PROJECT_BINARY_DIR}/generated/${room}_code.cpp)
  add_custom_command(OUTPUT ${file} COMMAND hash_code ${room} ${file} ${objects}
                     DEPENDS hash_code ${objects} COMMAND_EXPAND_LISTS VERBATIM)
  target_sources(roofmark_${room} PRIVATE ${file})
endfunction()

# roofmark_embed(TARGET VARIABLE files...): compiles text files into `TARGET` as
# std::vector<EmbeddedFile> VARIABLE(), so that the program needs no data directory.
function(roofmark_embed target variable)
  set(text "// Generated.\n#include \"core/embedded.h\"\n\nnamespace roofmark {\n\n")
  string(APPEND text "std::vector<EmbeddedFile> ${variable}() {\n  return {\n")
  foreach(file ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(stem ${file} NAME_WLE)
    file(READ ${file} content)
    # A string literal may hold at most 65536 bytes; data files are far smaller.
    string(APPEND text "      {\"${stem}\", R\"~~(${content})~~\"},\n")
  endforeach()
  string(APPEND text "  };\n}\n\n}  // namespace roofmark\n")
  set(out ${PROJECT_BINARY_DIR}/generated/${variable}.cpp)
  file(CONFIGURE OUTPUT ${out} CONTENT "${text}" @ONLY)
  target_sources(${target} PRIVATE ${out})
endfunction()
