# RAPPORT_UNITS: several sources of a target are compiled as one, since two thirds of a compile is parsing what they include
# (join_sources.py says which). The release is built without, so that a source that lacks an include is seen; so is what
# `tools/dev check tidy` asks how each source is compiled.
option(RAPPORT_UNITS "Compile several sources as one" OFF)
if(RAPPORT_UNITS)
  # g++ takes a unit's sources for headers, in which no type should have a member whose type is in an unnamed namespace.
  target_compile_options(rapport_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# Called last, when every target has its sources.
function(rapport_join_sources)
  if(NOT RAPPORT_UNITS)
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(targets_and_sources "")
  set(folders "${PROJECT_SOURCE_DIR}")
  while(folders)
    list(POP_FRONT folders folder)
    get_property(subfolders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
    list(APPEND folders ${subfolders})
    get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
      get_target_property(line ${target} BINARY_DIR)
      get_target_property(sources ${target} SOURCES)
      foreach(source IN LISTS sources)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${folder}" NORMALIZE)
        list(APPEND line "${source}")
      endforeach()
      string(APPEND targets_and_sources "${target};${line}\n")
    endforeach()
  endwhile()
  file(WRITE "${PROJECT_BINARY_DIR}/units.txt" "${targets_and_sources}")
  set(script "${PROJECT_SOURCE_DIR}/cmake/join_sources.py")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${script}")
  execute_process(COMMAND "${Python3_EXECUTABLE}" "${script}" "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/units.txt"
    "${PROJECT_BINARY_DIR}/units.cmake" COMMAND_ERROR_IS_FATAL ANY)
  include("${PROJECT_BINARY_DIR}/units.cmake")
endfunction()
