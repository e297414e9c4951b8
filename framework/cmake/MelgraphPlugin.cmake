# Plugins: one module library a family of node types, in Melgraph's tree and outside of it.

# melgraph_add_plugin(NAME SOURCES a.cc b.cc ... [LINK_LIBRARIES target ...]
#                     [FOLDER folder] [NO_INSTALL])
#
# Makes NAME.so in <build>/lib/melgraph/plugins, or FOLDER (relative to the build folder), and
# installs it to <libdir>/melgraph/plugins. The target NAME links melgraph::melgraph, hides every
# symbol but the two that MELGRAPH_PLUGIN() defines, and fails to link where a symbol is missing
# rather than to load. Compiles as C++17 unless CMAKE_CXX_STANDARD says more.
function(melgraph_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "FOLDER" "SOURCES;LINK_LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "melgraph_add_plugin(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "melgraph_add_plugin(${name}) needs SOURCES")
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER lib/melgraph/plugins)
  endif()
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)  # exports exactly the two symbols
  cmake_path(ABSOLUTE_PATH arg_FOLDER BASE_DIRECTORY ${CMAKE_BINARY_DIR} NORMALIZE)

  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE melgraph::melgraph ${arg_LINK_LIBRARIES})
  target_compile_features(${name} PRIVATE cxx_std_17)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX .so
    LIBRARY_OUTPUT_DIRECTORY ${arg_FOLDER}
    CXX_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${map}
    # From <libdir>/melgraph/plugins to libmelgraph.so.
    INSTALL_RPATH "$ORIGIN/../..")
  target_link_options(${name} PRIVATE
    LINKER:-z,nodelete
    LINKER:--version-script=${map})
  # The runtime of a sanitizer may be in the program, and its symbols are then missing here.
  if(NOT MELGRAPH_SANITIZE AND NOT "${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()

  if(NOT arg_NO_INSTALL)
    include(GNUInstallDirs)
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/melgraph/plugins)
  endif()
endfunction()
