# Programs that start where LibTorch is missing, and then say so.
#
# A program is two files: a tiny executable without LibTorch, and a module with the program itself,
# which the executable loads once LibTorch is in the process (framework/launch).

# Where modules lie, relative to the build folder and to the installation prefix.
set(MELGRAPH_PROGRAM_MODULES lib/melgraph/programs)
set(MELGRAPH_LAUNCH_FOLDER ${CMAKE_CURRENT_LIST_DIR}/../launch)

# Tell programs of the build tree which LibTorch they were built with; never installed.
function(melgraph_write_libtorch_path)
  file(WRITE ${CMAKE_BINARY_DIR}/lib/melgraph/libtorch.path "${LibTorch_FOLDER}\n")
endfunction()

# The static library melgraph_launch: finds and loads LibTorch, links neither it nor libmelgraph.
function(melgraph_add_launch_library)
  if(TARGET melgraph_launch)
    return()
  endif()
  find_package(nlohmann_json 3.11 REQUIRED)
  add_library(melgraph_launch STATIC
    ${MELGRAPH_LAUNCH_FOLDER}/find_libtorch.cc
    ${MELGRAPH_LAUNCH_FOLDER}/host_loader.cc
    ${MELGRAPH_LAUNCH_FOLDER}/launch.cc
    ${MELGRAPH_LAUNCH_FOLDER}/missing_libtorch.cc)
  target_include_directories(melgraph_launch
    PUBLIC ${MELGRAPH_LAUNCH_FOLDER} ${MELGRAPH_LAUNCH_FOLDER}/../host
    PRIVATE ${MELGRAPH_LAUNCH_FOLDER}/../include)
  # Headers only, and not linked: folders that link the launcher need not know this target.
  target_include_directories(melgraph_launch SYSTEM PRIVATE
    $<TARGET_PROPERTY:nlohmann_json::nlohmann_json,INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(melgraph_launch PUBLIC ${CMAKE_DL_LIBS})
  target_compile_features(melgraph_launch PUBLIC cxx_std_20)
  set_target_properties(melgraph_launch PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# melgraph_add_program(NAME MODULE_SOURCES a.cc b.cc ... OUTPUT_FOLDER bin
#                      [LINK_LIBRARIES target ...] [INSTALL_COMPONENT name] [NO_INSTALL])
#
# Makes OUTPUT_FOLDER/NAME and lib/melgraph/programs/NAME.so, in the build folder and, unless
# NO_INSTALL, under the installation prefix. One of the sources defines, with C linkage,
#   int melgraph_program_main(int argc, char** argv, const melgraph_launch_info* info)
# (launch_info.h). Targets: NAME, the executable, and NAME_program, the module; link the module.
function(melgraph_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "OUTPUT_FOLDER;INSTALL_COMPONENT"
    "MODULE_SOURCES;LINK_LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "melgraph_add_program(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_MODULE_SOURCES OR NOT arg_OUTPUT_FOLDER)
    message(FATAL_ERROR "melgraph_add_program(${name}) needs MODULE_SOURCES and OUTPUT_FOLDER")
  endif()
  melgraph_add_launch_library()

  # The same relative path serves the build folder and the installation.
  file(RELATIVE_PATH module_path /${arg_OUTPUT_FOLDER} /${MELGRAPH_PROGRAM_MODULES}/${name}.so)
  file(RELATIVE_PATH library_path /${MELGRAPH_PROGRAM_MODULES} /lib)

  add_library(${name}_program MODULE ${arg_MODULE_SOURCES})
  target_include_directories(${name}_program PRIVATE ${MELGRAPH_LAUNCH_FOLDER})
  target_link_libraries(${name}_program PRIVATE ${arg_LINK_LIBRARIES})
  # The runtime of a sanitizer may be in the program, and its symbols are then missing here.
  if(NOT MELGRAPH_SANITIZE)
    target_link_options(${name}_program PRIVATE LINKER:-z,defs)
  endif()
  set_target_properties(${name}_program PROPERTIES
    OUTPUT_NAME ${name}
    PREFIX ""
    SUFFIX .so
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${MELGRAPH_PROGRAM_MODULES}
    INSTALL_RPATH "$ORIGIN/${library_path}")

  add_executable(${name} ${MELGRAPH_LAUNCH_FOLDER}/program_main.cc)
  target_compile_definitions(${name} PRIVATE MELGRAPH_PROGRAM_MODULE="${module_path}")
  target_link_libraries(${name} PRIVATE melgraph_launch)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${arg_OUTPUT_FOLDER}
    INSTALL_RPATH "")
  # Nothing links the module, but a program is of no use without it.
  add_dependencies(${name} ${name}_program)

  if(NOT arg_NO_INSTALL)
    set(component)
    if(arg_INSTALL_COMPONENT)
      set(component COMPONENT ${arg_INSTALL_COMPONENT})
    endif()
    install(TARGETS ${name} RUNTIME DESTINATION ${arg_OUTPUT_FOLDER} ${component})
    install(TARGETS ${name}_program LIBRARY DESTINATION ${MELGRAPH_PROGRAM_MODULES} ${component})
  endif()
endfunction()

# melgraph_add_test_program(NAME SOURCES a_test.cc ... [LINK_LIBRARIES target ...]
#                           [OUTPUT_FOLDER libexec/melgraph/tests] [NO_INSTALL])
#
# A GoogleTest program made the same way, with its main function, and one CTest test of its name.
function(melgraph_add_test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "OUTPUT_FOLDER" "SOURCES;LINK_LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "melgraph_add_test_program(${name}): SOURCES missing or unknown arguments"
      " ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_OUTPUT_FOLDER)
    set(arg_OUTPUT_FOLDER libexec/melgraph/tests)
  endif()
  set(no_install)
  if(arg_NO_INSTALL)
    set(no_install NO_INSTALL)
  endif()
  find_package(GTest REQUIRED)
  melgraph_add_program(${name}
    MODULE_SOURCES ${arg_SOURCES} ${MELGRAPH_LAUNCH_FOLDER}/test_program_main.cc
    OUTPUT_FOLDER ${arg_OUTPUT_FOLDER}
    INSTALL_COMPONENT tests
    LINK_LIBRARIES ${arg_LINK_LIBRARIES} GTest::gmock GTest::gtest
    ${no_install})
  add_test(NAME ${name} COMMAND ${name})
endfunction()
