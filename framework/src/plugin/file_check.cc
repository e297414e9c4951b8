#include "plugin/file_check.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace melgraph {

namespace {

#if defined(__x86_64__)
constexpr int this_machine = EM_X86_64;
constexpr const char* this_machine_name = "x86-64";
#elif defined(__aarch64__)
constexpr int this_machine = EM_AARCH64;
constexpr const char* this_machine_name = "AArch64";
#else
#error "Name the ELF machine number of this processor here."
#endif

std::string system_message(int number) {
  return std::generic_category().message(number);
}

std::string check_header(const Elf64_Ehdr& header, ssize_t size) {
  if (size < SELFMAG || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return "not a shared library: it does not begin as an ELF file does";
  }
  if (size < static_cast<ssize_t>(sizeof header)) {
    return "not a shared library: it ends within its ELF header; copy it again";
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != this_machine) {
    return std::string("not a shared library for this processor: rebuild it for ") +
           this_machine_name;
  }
  if (header.e_type != ET_DYN) {
    return "not a shared library: an ELF file of another kind; build it with melgraph_add_plugin()";
  }
  return {};
}

}  // namespace

FileCheck check_plugin_file(const std::filesystem::path& path) {
  FileCheck check;
  // A FIFO would block without O_NONBLOCK.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    const int number = errno;
    check.reason = "cannot be read: " + system_message(number);
    if (number == EACCES) check.reason += "; give yourself the right to read it";
    if (number == ENOENT) check.reason += "; a symbolic link that leads nowhere";
    return check;
  }
  struct stat status {};
  Elf64_Ehdr header{};
  if (fstat(file, &status) != 0) {
    check.reason = "cannot be read: " + system_message(errno);
  } else if (!S_ISREG(status.st_mode)) {
    check.reason = "not a shared library: not a regular file";
  } else {
    const ssize_t size = pread(file, &header, sizeof header, 0);
    check.reason =
        size < 0 ? "cannot be read: " + system_message(errno) : check_header(header, size);
  }
  close(file);
  check.identity = {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                    status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec};
  return check;
}

}  // namespace melgraph
