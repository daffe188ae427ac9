# PFFFT's C source comes from an npm package (Debian does not package it).
set(PFFFT_SOURCE_DIR "${CMAKE_SOURCE_DIR}/node_modules/@echogarden/pffft-wasm/src")
if(NOT EXISTS "${PFFFT_SOURCE_DIR}/pffft.c")
  message(STATUS "Fetching PFFFT's source: npm ci --ignore-scripts")
  execute_process(COMMAND npm ci --ignore-scripts --no-audit --no-fund WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
                  COMMAND_ERROR_IS_FATAL ANY)
endif()

set(PFFFT_SOURCE "${PFFFT_SOURCE_DIR}/pffft.c")
if(EMSCRIPTEN)
  # We only use forward transforms of real signals. Telling the compiler so drops the others and saves 4 KB of a page's
  # download.
  file(READ "${PFFFT_SOURCE}" source)
  string(REGEX REPLACE "[a-z]+->transform == PFFFT_REAL" "1" source "${source}")
  string(REGEX REPLACE "[a-z]+->transform == PFFFT_COMPLEX" "0" source "${source}")
  string(REGEX REPLACE "direction == PFFFT_FORWARD" "1" source "${source}")
  set(PFFFT_SOURCE "${CMAKE_BINARY_DIR}/pffft_real.c")
  file(CONFIGURE OUTPUT "${PFFFT_SOURCE}" CONTENT "/* Altered: forward transforms of real signals only. */\n@source@" @ONLY)
endif()

add_library(pffft OBJECT "${PFFFT_SOURCE}")
target_include_directories(pffft PUBLIC "${PFFFT_SOURCE_DIR}")
target_compile_options(pffft PRIVATE -w)
if(EMSCRIPTEN)
  # Its SSE code, translated to WASM SIMD by Emscripten's headers. Without these flags it is silently scalar.
  target_compile_options(pffft PRIVATE -msse -D__x86_64__=1)
endif()
