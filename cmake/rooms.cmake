# The rooms of the core, in the order of the sound; each is one folder of src/ and one object library.
set(LODESTONE_ROOMS errors vector spectrum features resample network training phase magnet formats)

foreach(room IN LISTS LODESTONE_ROOMS)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${room}/*.cpp")
  add_library(lodestone_${room} OBJECT ${sources})
  target_include_directories(lodestone_${room} PUBLIC "${CMAKE_SOURCE_DIR}/include" "${CMAKE_SOURCE_DIR}/src")
  target_compile_options(lodestone_${room} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false alarms on string sums in GCC 12
                         -fno-exceptions -fno-rtti)
  set_target_properties(lodestone_${room} PROPERTIES LINKER_LANGUAGE CXX)
endforeach()

target_include_directories(lodestone_spectrum PRIVATE "${PFFFT_SOURCE_DIR}")
if(EMSCRIPTEN)
  # Headers only. /usr/include itself must not be searched when the target is not this machine.
  target_include_directories(lodestone_spectrum SYSTEM PRIVATE /usr/include/kissfft)
else()
  find_path(KISSFFT_INCLUDE_DIR kissfft.hh PATH_SUFFIXES kissfft REQUIRED)
  target_include_directories(lodestone_spectrum SYSTEM PRIVATE "${KISSFFT_INCLUDE_DIR}")
endif()
# std::complex products cost three times as much with the checks for NaN and Inf.
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/spectrum/fft.cpp" PROPERTIES COMPILE_OPTIONS -ffinite-math-only)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)  # warns of vectors wider than the machine's in calls that it makes inline
  set_source_files_properties("${CMAKE_SOURCE_DIR}/src/spectrum/passes.cpp" PROPERTIES COMPILE_OPTIONS -Wno-psabi)
endif()

# The kernels for wide vectors, chosen at run time (src/vector/kernels.cpp).
if(NOT EMSCRIPTEN AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  foreach(kernels IN ITEMS vector/kernels phase/lws_loops)
    set_source_files_properties("${CMAKE_SOURCE_DIR}/src/${kernels}_8.cpp" PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma")
    set_source_files_properties("${CMAKE_SOURCE_DIR}/src/${kernels}_16.cpp" PROPERTIES COMPILE_OPTIONS "-mavx512f;-mfma")
  endforeach()
endif()

set(objects $<TARGET_OBJECTS:pffft>)
foreach(room IN LISTS LODESTONE_ROOMS)
  list(APPEND objects $<TARGET_OBJECTS:lodestone_${room}>)
endforeach()
add_library(lodestone STATIC ${objects})
add_library(lodestone::lodestone ALIAS lodestone)
target_include_directories(lodestone PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
target_compile_features(lodestone PUBLIC cxx_std_20)
set_target_properties(lodestone PROPERTIES LINKER_LANGUAGE CXX)
