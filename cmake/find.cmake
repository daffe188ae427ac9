# Finds what the build needs, or says which Debian package to install and what it is for.
function(lodestone_needs found what package purpose)
  if(NOT found)
    message(FATAL_ERROR "${what} was not found. It is needed for ${purpose}. The Debian package is ${package}.")
  endif()
endfunction()

# lodestone_find_header(VARIABLE HEADER PACKAGE PURPOSE [SUFFIX...]): its folder. Header-only libraries are also used
# for WebAssembly, so they are searched for outside Emscripten's folders.
function(lodestone_find_header variable header package purpose)
  find_path(${variable} "${header}" HINTS /usr/include /usr/local/include PATH_SUFFIXES ${ARGN} NO_CMAKE_FIND_ROOT_PATH)
  lodestone_needs("${${variable}}" "${header}" "${package}" "${purpose}")
endfunction()

# lodestone_find_library(MODULE PACKAGE PURPOSE): the target PkgConfig::MODULE.
function(lodestone_find_library module package purpose)
  pkg_check_modules(${module} QUIET IMPORTED_TARGET ${module})
  lodestone_needs("${${module}_FOUND}" "${module}" "${package}" "${purpose}")
endfunction()
