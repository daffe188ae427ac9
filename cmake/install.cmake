# cmake --install: the library, its headers, a CMake package (find_package(lodestone) → lodestone::lodestone), the program.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/lodestone")

install(TARGETS lodestone EXPORT lodestoneTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY include/lodestone DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS lodestone_program)
install(FILES LICENSE THIRD_PARTY.md README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# The library depends on no other package, so its exported targets are the whole configuration.
install(EXPORT lodestoneTargets FILE lodestoneConfig.cmake NAMESPACE lodestone:: DESTINATION "${package_dir}")
write_basic_package_version_file(lodestoneConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/lodestoneConfigVersion.cmake" DESTINATION "${package_dir}")
