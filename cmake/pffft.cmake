# PFFFT's C source comes with an npm package (it is in no Debian package).
set(PFFFT_SOURCE_DIR "${CMAKE_SOURCE_DIR}/node_modules/@echogarden/pffft-wasm/src")
if(NOT EXISTS "${PFFFT_SOURCE_DIR}/pffft.c")
  message(STATUS "Fetching PFFFT's source: npm ci --ignore-scripts")
  execute_process(COMMAND npm ci --ignore-scripts --no-audit --no-fund WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
                  COMMAND_ERROR_IS_FATAL ANY)
endif()

add_library(pffft OBJECT "${PFFFT_SOURCE_DIR}/pffft.c")
target_include_directories(pffft PUBLIC "${PFFFT_SOURCE_DIR}")
target_compile_options(pffft PRIVATE -w)
if(EMSCRIPTEN)
  # Its SSE code, translated to WASM SIMD by Emscripten's headers; without these it is silently scalar.
  target_compile_options(pffft PRIVATE -msse -D__x86_64__=1)
endif()
