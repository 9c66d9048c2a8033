# How this project declares a library, a program and a test. Warnings, standard and sanitizers are said once, on
# `rapport_flags`.

option(RAPPORT_TESTS "Build the tests" ON)
option(RAPPORT_BENCH "Build the benchmarks" OFF)
set(RAPPORT_SANITIZE "" CACHE STRING "A sanitizer list for -fsanitize=, for example address,undefined")

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_package(Threads REQUIRED)
find_program(RAPPORT_MOLD mold)

add_library(rapport_flags INTERFACE)
target_compile_features(rapport_flags INTERFACE cxx_std_20)
target_include_directories(rapport_flags INTERFACE "${PROJECT_SOURCE_DIR}")
# A warning fails what developers build, and not a release: who compiles that may have another compiler, which warns of other
# things.
target_compile_options(rapport_flags INTERFACE
  -Wall -Wextra -Wpedantic $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Release>>>:-Werror> -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch -Wimplicit-fallthrough -Wno-missing-field-initializers
  -fno-omit-frame-pointer -pthread)
# g++ looks for memory to use again only beyond so many KiB, which takes a sixth of its time at the default of 128 MiB.
target_compile_options(rapport_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1048576>)
target_link_libraries(rapport_flags INTERFACE Threads::Threads)
if(RAPPORT_MOLD)
  target_link_options(rapport_flags INTERFACE -fuse-ld=mold)
endif()
if(RAPPORT_SANITIZE)
  # g++ 12 takes the sanitizers' own code for uses of uninitialised members of variants, and of bytes behind a string.
  target_compile_options(rapport_flags INTERFACE -fsanitize=${RAPPORT_SANITIZE} -fno-sanitize-recover=all
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>")
  target_link_options(rapport_flags INTERFACE -fsanitize=${RAPPORT_SANITIZE})
endif()
if(RAPPORT_SANITIZE STREQUAL "thread")
  # That sanitizer does not see fences, and g++ 12 says so of each. Asio's come on top of its locks.
  target_compile_definitions(rapport_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  add_library(rapport_c11_threads OBJECT "${PROJECT_SOURCE_DIR}/tests/kafka/c11_threads.cc")
  target_link_libraries(rapport_c11_threads PRIVATE rapport_flags)
  set(RAPPORT_THREADS rapport_c11_threads)
endif()

# Folders, as a regular expression, of whose libraries gcc counts which lines tests run: `tools/dev coverage`, and the test
# `coverage` of a whole run. Threads count at once, which is -fprofile-update=atomic: -pthread brings it, and ccache knows no
# other way. Each object has within it the name of its counts, of which -fprofile-dir makes one below /counts, whatever
# clone it was compiled in. A program writes counts only where GCOV_PREFIX names a folder for them, as rapport_test() does.
set(RAPPORT_COVERAGE "" CACHE STRING "Folders whose lines are counted, as a regular expression")
if(RAPPORT_COVERAGE)
  add_library(rapport_counting STATIC "${PROJECT_SOURCE_DIR}/tests/coverage/counting.cc")
  target_link_libraries(rapport_flags INTERFACE rapport_counting)
  target_link_options(rapport_flags INTERFACE --coverage -Wl,--wrap=__gcov_init)
endif()

# The standard library is parsed once for all targets, and once more with GoogleTest for all tests: it is most of what a source
# file costs. The release is built without, so that a source that lacks an include is seen.
option(RAPPORT_PRECOMPILE "Precompile the standard library's headers" OFF)
function(rapport_precompiled name headers)
  add_library(${name} OBJECT "${PROJECT_BINARY_DIR}/precompiled.cc")
  target_link_libraries(${name} PRIVATE rapport_flags ${ARGN})
  target_precompile_headers(${name} PRIVATE ${headers})
  # What ccache takes for its checksum, in the place of bytes that differ from one clone to the next.
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.gch.sum" CONTENT "${headers}" @ONLY)
endfunction()
if(RAPPORT_PRECOMPILE)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/precompiled.cc" CONTENT "" @ONLY)
  set(headers
    <algorithm> <array> <atomic> <bit> <charconv> <chrono> <compare> <condition_variable> <coroutine> <cstdint> <cstring>
    <deque> <exception> <filesystem> <fstream> <functional> <future> <iostream> <limits> <map> <memory> <mutex> <numeric>
    <optional> <random> <ranges> <set> <shared_mutex> <span> <sstream> <stop_token> <string> <string_view> <thread> <tuple>
    <type_traits> <unordered_map> <unordered_set> <utility> <variant> <vector>)
  rapport_precompiled(rapport_precompiled "${headers}")
  if(RAPPORT_TESTS)
    find_package(GTest REQUIRED)
    rapport_precompiled(rapport_precompiled_tests "${headers};<gmock/gmock.h>;<gtest/gtest.h>" GTest::gmock GTest::gtest)
  endif()
endif()
function(rapport_precompile target from)
  if(RAPPORT_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

# rapport_library(NAME log SOURCES a.cc DEPENDS rapport::events PRIVATE RocksDB): target rapport_log, alias rapport::log.
# Third-party libraries go under PRIVATE, so that their headers stay in one home.
function(rapport_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(rapport_${ARG_NAME} STATIC ${ARG_SOURCES})
  add_library(rapport::${ARG_NAME} ALIAS rapport_${ARG_NAME})
  target_link_libraries(rapport_${ARG_NAME} PUBLIC rapport_flags ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
  rapport_precompile(rapport_${ARG_NAME} rapport_precompiled)
  file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  if(RAPPORT_COVERAGE AND folder MATCHES "${RAPPORT_COVERAGE}")
    target_compile_options(rapport_${ARG_NAME} PRIVATE --coverage -fprofile-dir=/counts)
  endif()
endfunction()

# What programs take memory from, in the place of libc's: it returns it, and threads do not wait for each other. The
# sanitizers bring their own.
if(NOT RAPPORT_SANITIZE)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  set(RAPPORT_ALLOCATOR PkgConfig::JEMALLOC)
endif()

# rapport_program(NAME rapport SOURCES main.cc DEPENDS rapport::cli)
function(rapport_program)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE rapport_flags ${ARG_DEPENDS} ${ARG_PRIVATE} ${RAPPORT_ALLOCATOR} ${RAPPORT_THREADS})
  rapport_precompile(${ARG_NAME} rapport_precompiled)
endfunction()

# rapport_test(NAME events_decoder_test LABEL unit SOURCES x_test.cc DEPENDS rapport::events [TIMEOUT 600]): one GoogleTest
# program, one ctest entry, labelled with its kind of evidence. The timeout, in seconds, is for what hangs: nothing is timed,
# and a busy machine may take twenty times as long as an idle one.
function(rapport_test)
  cmake_parse_arguments(ARG "" "NAME;LABEL;TIMEOUT" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE rapport_flags ${ARG_DEPENDS} ${ARG_PRIVATE} ${RAPPORT_THREADS} GTest::gmock GTest::gtest_main)
  rapport_precompile(${ARG_NAME} rapport_precompiled_tests)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT})
  # What kills, or is killed, may be at it while counts are written.
  if(RAPPORT_COVERAGE AND NOT ARG_LABEL STREQUAL "crash")
    set_property(TEST ${ARG_NAME} APPEND PROPERTY ENVIRONMENT "GCOV_PREFIX=${PROJECT_BINARY_DIR}")
    set_property(GLOBAL APPEND PROPERTY RAPPORT_COUNTED_TESTS ${ARG_NAME})
  endif()
  if(RAPPORT_SANITIZE STREQUAL "thread")
    set_property(TEST ${ARG_NAME} APPEND PROPERTY ENVIRONMENT
      "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/thread_sanitizer.supp")
  endif()
endfunction()
