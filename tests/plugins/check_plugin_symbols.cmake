# Fail unless PLUGIN exports exactly the two symbols of a plugin. Also wants NM.
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${PLUGIN}
  OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE " [^\n]*\n" ";" symbols "${lines}")
list(REMOVE_ITEM symbols "")
list(SORT symbols)
set(expected melgraph_plugin_abi melgraph_plugin_register)
if(NOT "${symbols}" STREQUAL "${expected}")
  message(FATAL_ERROR "${PLUGIN} exports ${symbols}, not ${expected}")
endif()
