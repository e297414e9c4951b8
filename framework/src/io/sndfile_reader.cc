#include "io/sndfile_reader.h"

#include <sndfile.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "io/content.h"
#include "io/wav_header.h"

namespace melgraph {

namespace {

// Frames decoded at once: large enough for speed, small enough for the cache.
constexpr std::size_t block_frames = 16384;

// Bound of one `read`, so that a caller who asks for "everything" does not exhaust the memory.
constexpr std::size_t max_read_frames = std::size_t{1} << 20;

struct Close {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

// A WAV file as libsndfile should see it. libsndfile takes a data chunk of size 0 for an empty one,
// also where a program that could not seek back left the 0; it is shown the size that means "to the
// end of the file".
class OpenEndedFile {
 public:
  OpenEndedFile(const std::string& path, std::uint64_t size_at)
      : file_(path, std::ios::binary), size_at_(static_cast<sf_count_t>(size_at)) {
    file_.seekg(0, std::ios::end);
    length_ = static_cast<sf_count_t>(file_.tellg());
    file_.seekg(0);
  }

  SNDFILE* open(SF_INFO& info) {
    static SF_VIRTUAL_IO io{length, seek, read, nullptr, tell};
    return sf_open_virtual(&io, SFM_READ, &info, this);
  }

 private:
  static OpenEndedFile& self(void* data) { return *static_cast<OpenEndedFile*>(data); }
  static sf_count_t length(void* data) { return self(data).length_; }
  static sf_count_t tell(void* data) { return self(data).position_; }

  static sf_count_t seek(sf_count_t offset, int whence, void* data) {
    OpenEndedFile& file = self(data);
    const sf_count_t base = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? file.position_
                                                 : file.length_;
    file.position_ = std::clamp<sf_count_t>(base + offset, 0, file.length_);
    return file.position_;
  }

  static sf_count_t read(void* to, sf_count_t count, void* data) {
    OpenEndedFile& file = self(data);
    file.file_.clear();
    file.file_.seekg(file.position_);
    file.file_.read(static_cast<char*>(to), count);
    const sf_count_t got = file.file_.gcount();
    for (sf_count_t i = 0; i < 4; ++i) {
      const sf_count_t at = file.size_at_ + i - file.position_;
      if (at >= 0 && at < got) static_cast<unsigned char*>(to)[at] = 0xFF;
    }
    file.position_ += got;
    return got;
  }

  std::ifstream file_;
  sf_count_t size_at_;
  sf_count_t length_ = 0;
  sf_count_t position_ = 0;
};

std::string plain(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && (text.back() == '.' || text.back() == '\n' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

class SndfileReader final : public AudioReader {
 public:
  explicit SndfileReader(const std::string& path);

  int sample_rate() const override { return info_.samplerate; }
  int channels() const override { return info_.channels; }
  std::size_t read(std::vector<float>& interleaved, std::size_t max_frames) override;
  std::string warning() const override { return warning_; }

 private:
  std::size_t decode(float* to, std::size_t frames);
  void note_end();

  std::string path_;
  SF_INFO info_{};
  std::unique_ptr<OpenEndedFile> open_ended_;  // before file_, which reads from it until it closes
  std::unique_ptr<SNDFILE, Close> file_;
  WavExtent extent_;
  std::vector<float> first_;  // block decoded on opening
  std::size_t first_frames_ = 0;
  std::size_t first_given_ = 0;
  std::uint64_t decoded_ = 0;
  bool at_end_ = false;
  std::string warning_;
};

SndfileReader::SndfileReader(const std::string& path) : path_(path) {
  const Identity identity = identify(read_head(path));
  if (identity.content == Content::text || identity.content == Content::other_known) {
    throw Error(ErrorCode::input,
                "'" + path + "' is not an audio file: it is " + identity.description);
  }
  if (identity.content == Content::wav) extent_ = read_wav_extent(path);
  if (extent_.open_size_at > 0) {
    open_ended_ = std::make_unique<OpenEndedFile>(path, extent_.open_size_at);
    file_.reset(open_ended_->open(info_));
  } else {
    file_.reset(sf_open(path.c_str(), SFM_READ, &info_));
  }
  if (!file_) {
    const std::string message =
        identity.content == Content::unknown
            ? "'" + path + "' is not an audio file that libsndfile knows"
            : "'" + path + "' cannot be decoded: " + plain(sf_strerror(nullptr));
    throw UnsupportedFormat(ErrorCode::input, message, "the file may be damaged");
  }
  if (info_.channels <= 0 || info_.samplerate <= 0) {
    throw Error(ErrorCode::input, "'" + path + "' is damaged: " + std::to_string(info_.channels) +
                                      " channels at " + std::to_string(info_.samplerate) + " Hz");
  }
  const bool no_sound = extent_.known && extent_.present == 0;
  if (!no_sound) {
    first_.resize(block_frames * static_cast<std::size_t>(info_.channels));
    first_frames_ = decode(first_.data(), block_frames);
  }
  if (first_frames_ == 0) {
    throw Error(ErrorCode::input,
                "'" + path + "' holds no sound" +
                    (extent_.known && extent_.promised > 0
                         ? ": truncated, its header promises " + std::to_string(extent_.promised) +
                               (extent_.in_samples ? " samples" : " bytes") + ", none is present"
                         : ""));
  }
}

std::size_t SndfileReader::decode(float* to, std::size_t frames) {
  if (at_end_) return 0;
  const sf_count_t got = sf_readf_float(file_.get(), to, static_cast<sf_count_t>(frames));
  const int error = sf_error(file_.get());
  if (error != SF_ERR_NO_ERROR) {
    const std::string where =
        decoded_ + static_cast<std::uint64_t>(std::max<sf_count_t>(got, 0)) == 0
            ? "from its start"
            : "near " +
                  std::to_string(static_cast<double>(decoded_) / info_.samplerate).substr(0, 8) +
                  " s";
    throw Error(ErrorCode::input,
                "'" + path_ + "' is damaged " + where + ": " + plain(sf_error_number(error)));
  }
  decoded_ += static_cast<std::uint64_t>(std::max<sf_count_t>(got, 0));
  if (got < static_cast<sf_count_t>(frames)) note_end();
  return static_cast<std::size_t>(std::max<sf_count_t>(got, 0));
}

void SndfileReader::note_end() {
  at_end_ = true;
  std::uint64_t promised = 0;
  std::uint64_t present = decoded_;
  const char* unit = " samples, ";
  if (extent_.known) {
    promised = extent_.promised;
    present = extent_.present;
    if (!extent_.in_samples) unit = " bytes of sound, ";
  } else if (info_.frames > 0 && info_.frames < SF_COUNT_MAX) {
    promised = static_cast<std::uint64_t>(info_.frames);
  }
  if (promised > present) {
    warning_ = "truncated: header promises " + std::to_string(promised) + unit +
               std::to_string(present) + " present";
  }
}

std::size_t SndfileReader::read(std::vector<float>& interleaved, std::size_t max_frames) {
  const auto width = static_cast<std::size_t>(info_.channels);
  max_frames = std::min(max_frames, max_read_frames);
  interleaved.resize(max_frames * width);
  std::size_t given = 0;
  if (first_given_ < first_frames_) {
    given = std::min(max_frames, first_frames_ - first_given_);
    std::memcpy(interleaved.data(), first_.data() + first_given_ * width,
                given * width * sizeof(float));
    first_given_ += given;
    if (first_given_ == first_frames_) std::vector<float>().swap(first_);
  }
  if (given < max_frames) given += decode(interleaved.data() + given * width, max_frames - given);
  interleaved.resize(given * width);
  return given;
}

}  // namespace

std::unique_ptr<AudioReader> open_sndfile(const std::string& path) {
  return std::make_unique<SndfileReader>(path);
}

}  // namespace melgraph
