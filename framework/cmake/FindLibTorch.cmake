# Find the LibTorch of a PyTorch wheel: headers and the two libraries that Melgraph links.
#
# PyTorch's own package needs a CUDA toolkit to configure its CUDA build; Melgraph links only
# torch_cpu and c10, which need neither toolkit nor driver.
#
# Looks, in this order, at: the CMake variable MELGRAPH_LIBTORCH; the environment variable of that
# name; the download cache ($MELGRAPH_CACHE, else the user's cache folder); the Python environment
# that is active. A named folder that is not right is an error, never passed over.
#
# Sets LibTorch_FOUND, LibTorch_VERSION and LibTorch_FOLDER (the `torch` folder), and defines
# LibTorch::c10, LibTorch::torch_cpu and LibTorch::LibTorch (both).

set(_libtorch_pinned 2.11.0)
set(_libtorch_series 2.11)

# Read the version of the folder into `version`, "" if there is no LibTorch.
function(_libtorch_read_version folder version)
  set(${version} "" PARENT_SCOPE)
  if(NOT EXISTS "${folder}/lib/libtorch_cpu.so" OR NOT EXISTS "${folder}/lib/libc10.so")
    return()
  endif()
  set(header "${folder}/include/torch/headeronly/version.h")
  if(NOT EXISTS "${header}")
    set(header "${folder}/include/torch/csrc/api/include/torch/version.h")
  endif()
  if(NOT EXISTS "${header}")
    return()
  endif()
  file(STRINGS "${header}" lines REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  set(numbers)
  foreach(part MAJOR MINOR PATCH)
    if(NOT "${lines}" MATCHES "TORCH_VERSION_${part} ([0-9]+)")
      return()
    endif()
    list(APPEND numbers ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN numbers "." numbers)
  set(${version} "${numbers}" PARENT_SCOPE)
endfunction()

set(_libtorch_why "")
set(_libtorch_named "${MELGRAPH_LIBTORCH}")
if(NOT _libtorch_named)
  set(_libtorch_named "$ENV{MELGRAPH_LIBTORCH}")
endif()
if(_libtorch_named)
  set(_libtorch_folders "${_libtorch_named}")
else()
  if(NOT "$ENV{MELGRAPH_CACHE}" STREQUAL "")
    set(_libtorch_folders "$ENV{MELGRAPH_CACHE}/libtorch-${_libtorch_pinned}/torch")
  elseif(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(_libtorch_folders "$ENV{XDG_CACHE_HOME}/melgraph/libtorch-${_libtorch_pinned}/torch")
  else()
    set(_libtorch_folders "$ENV{HOME}/.cache/melgraph/libtorch-${_libtorch_pinned}/torch")
  endif()
  foreach(prefix "$ENV{VIRTUAL_ENV}" "$ENV{CONDA_PREFIX}")
    if(NOT "${prefix}" STREQUAL "")
      file(GLOB _libtorch_python "${prefix}/lib/python3.*/site-packages/torch")
      list(APPEND _libtorch_folders ${_libtorch_python})
    endif()
  endforeach()
endif()

set(LibTorch_FOLDER "")
set(LibTorch_VERSION "")
foreach(_libtorch_folder IN LISTS _libtorch_folders)
  get_filename_component(_libtorch_folder "${_libtorch_folder}" ABSOLUTE BASE_DIR "${CMAKE_BINARY_DIR}")
  _libtorch_read_version("${_libtorch_folder}" _libtorch_version)
  if("${_libtorch_version}" STREQUAL "")
    string(APPEND _libtorch_why "\n  ${_libtorch_folder}: no LibTorch there")
  elseif(NOT "${_libtorch_version}" MATCHES "^${_libtorch_series}\\.")
    string(APPEND _libtorch_why
      "\n  ${_libtorch_folder}: version ${_libtorch_version}, wanted ${_libtorch_series}.*")
  else()
    set(LibTorch_FOLDER "${_libtorch_folder}")
    set(LibTorch_VERSION "${_libtorch_version}")
    break()
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_FOLDER
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "Looked at:${_libtorch_why}
Run `make` in Melgraph's tree, which fetches it, or set MELGRAPH_LIBTORCH to the torch folder of \
an installed torch ${_libtorch_series}.")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  foreach(_libtorch_name c10 torch_cpu)
    add_library(LibTorch::${_libtorch_name} SHARED IMPORTED GLOBAL)
    set_target_properties(LibTorch::${_libtorch_name} PROPERTIES
      IMPORTED_LOCATION "${LibTorch_FOLDER}/lib/lib${_libtorch_name}.so"
      IMPORTED_SONAME lib${_libtorch_name}.so
      INTERFACE_INCLUDE_DIRECTORIES
        "${LibTorch_FOLDER}/include;${LibTorch_FOLDER}/include/torch/csrc/api/include"
      # Headers put __FILE__ into messages; no path of the building machine belongs into a binary.
      INTERFACE_COMPILE_OPTIONS "-fmacro-prefix-map=${LibTorch_FOLDER}/include/=")
  endforeach()
  set_property(TARGET LibTorch::torch_cpu PROPERTY INTERFACE_LINK_LIBRARIES LibTorch::c10)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED GLOBAL)
  set_property(TARGET LibTorch::LibTorch PROPERTY
    INTERFACE_LINK_LIBRARIES LibTorch::torch_cpu LibTorch::c10)
endif()
foreach(_libtorch_name pinned series why named folders folder python version name)
  unset(_libtorch_${_libtorch_name})
endforeach()
