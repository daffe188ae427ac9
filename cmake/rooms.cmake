set(LODESTONE_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # false positives on string concatenation in GCC 12

# The rooms (layers) of the core: each is a folder of src/ and an object library. A room can include its own headers and
# those of the rooms that it uses, directly or indirectly. No other header is on its include path: including one fails
# with "No such file or directory".
#
# lodestone_room(NAME [USES ROOM...] [PUBLIC HEADER...])
#   USES    rooms declared before this one
#   PUBLIC  the room's headers in include/lodestone
function(lodestone_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;PUBLIC")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${room}/*.cpp")
  add_library(lodestone_${room} OBJECT ${sources})
  target_compile_options(lodestone_${room} PRIVATE ${LODESTONE_WARNINGS} -fno-exceptions -fno-rtti)
  set_target_properties(lodestone_${room} PROPERTIES LINKER_LANGUAGE CXX)

  # The include path: a folder with links to src/<room> and to the room's public headers.
  set(path "${CMAKE_BINARY_DIR}/rooms/${room}")
  file(REMOVE_RECURSE "${path}")
  file(MAKE_DIRECTORY "${path}/lodestone")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/src/${room}" "${path}/${room}" SYMBOLIC)
  foreach(header IN LISTS arg_PUBLIC)
    file(CREATE_LINK "${CMAKE_SOURCE_DIR}/include/lodestone/${header}" "${path}/lodestone/${header}" SYMBOLIC)
  endforeach()
  target_include_directories(lodestone_${room} PUBLIC "${path}")

  set(needed ${room})
  foreach(used IN LISTS arg_USES)
    if(NOT TARGET lodestone_${used})
      message(FATAL_ERROR "${room} uses ${used}, which is not declared before it")
    endif()
    target_link_libraries(lodestone_${room} PUBLIC lodestone_${used})  # its include path; see lodestone_link_rooms
    get_target_property(theirs lodestone_${used} LODESTONE_NEEDED)
    list(APPEND needed ${theirs})
  endforeach()
  set_target_properties(lodestone_${room} PROPERTIES LODESTONE_NEEDED "${needed}")
  set_property(GLOBAL APPEND PROPERTY LODESTONE_ROOMS ${room})
  set_property(GLOBAL APPEND PROPERTY LODESTONE_PUBLIC ${arg_PUBLIC})
endfunction()

# Links rooms and everything they use into a program, including their headers. (An object library passes on its include
# path, but not its objects.)
function(lodestone_link_rooms target)
  foreach(room IN LISTS ARGN)
    get_target_property(needed lodestone_${room} LODESTONE_NEEDED)
    list(APPEND rooms ${needed})
  endforeach()
  list(REMOVE_DUPLICATES rooms)
  list(TRANSFORM rooms PREPEND lodestone_)
  target_link_libraries(${target} PRIVATE ${rooms} pffft)
endfunction()

# Lets a target that links the library include internal headers of these rooms only.
function(lodestone_look_into target)
  list(TRANSFORM ARGN PREPEND "${CMAKE_BINARY_DIR}/rooms/")
  target_include_directories(${target} PRIVATE ${ARGN})
endfunction()

lodestone_room(errors PUBLIC result.hpp array.hpp facts)
lodestone_room(facts USES errors PUBLIC fields.hpp)
lodestone_room(vector USES facts PUBLIC budget.hpp random.hpp)
lodestone_room(spectrum USES vector PUBLIC stft.hpp window.hpp)
lodestone_room(features USES spectrum PUBLIC features.hpp)
lodestone_room(resample USES spectrum PUBLIC resampler.hpp)
lodestone_room(network USES spectrum PUBLIC network.hpp model.hpp tensor.hpp)
lodestone_room(training USES network resample PUBLIC corpus.hpp trainer.hpp training_run.hpp)
lodestone_room(phase USES spectrum PUBLIC phase.hpp)
lodestone_room(magnet USES network phase resample PUBLIC dream_controls.hpp live_model.hpp player.hpp)
lodestone_room(mapping USES vector PUBLIC mapping.hpp)
lodestone_room(formats USES network mapping PUBLIC formats.hpp import.hpp mapping_file.hpp)

# Every public header belongs to one room; lodestone.hpp includes them all.
get_property(LODESTONE_ROOMS GLOBAL PROPERTY LODESTONE_ROOMS)
get_property(declared GLOBAL PROPERTY LODESTONE_PUBLIC)
file(GLOB headers CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/include/lodestone" include/lodestone/*)
list(REMOVE_ITEM headers lodestone.hpp)
list(SORT declared)
if(NOT declared STREQUAL headers)
  message(FATAL_ERROR "include/lodestone has ${headers}; the rooms declare ${declared}")
endif()

target_include_directories(lodestone_spectrum PRIVATE "${PFFFT_SOURCE_DIR}")
lodestone_find_header(KISSFFT_INCLUDE_DIR kissfft.hh libkissfft-dev "Fourier transforms of any size" kissfft)
target_include_directories(lodestone_spectrum SYSTEM PRIVATE "${KISSFFT_INCLUDE_DIR}")
# std::complex products take three times as long with checks for NaN and Inf.
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/spectrum/fft.cpp" PROPERTIES COMPILE_OPTIONS -ffinite-math-only)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)  # warns about vectors wider than the machine's, in calls that it inlines
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
