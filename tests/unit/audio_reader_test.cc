#include "io/audio_reader.h"

#include <gtest/gtest.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "io/content.h"
#include "melgraph/error.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

constexpr double pi = 3.14159265358979323846;

// A sine a channel: 440 Hz in the first, 550 Hz in the second, ...
float tone(std::size_t frame, int channel, int rate) {
  return static_cast<float>(
      0.5 * std::sin(2 * pi * (440 + 110 * channel) * static_cast<double>(frame) / rate));
}

class AudioReaderTest : public testing::Test {
 protected:
  AudioReaderTest() {
    std::string pattern = (fs::temp_directory_path() / "melgraph-audio-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~AudioReaderTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string write_sound(const std::string& name, int format, int rate = 16000, int channels = 1,
                          std::size_t frames = 8000) const {
    SF_INFO info{};
    info.samplerate = rate;
    info.channels = channels;
    info.format = format;
    SNDFILE* file = sf_open(path(name).c_str(), SFM_WRITE, &info);
    if (file == nullptr) throw std::runtime_error(sf_strerror(nullptr));
    std::vector<float> sound;
    for (std::size_t i = 0; i < frames; ++i) {
      for (int c = 0; c < channels; ++c) sound.push_back(tone(i, c, rate));
    }
    sf_writef_float(file, sound.data(), static_cast<sf_count_t>(frames));
    sf_close(file);
    return path(name);
  }

  std::string write_bytes(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

  static std::string bytes_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  // Little-endian number of four bytes put into `bytes` at `offset`.
  static void put(std::string& bytes, std::size_t offset, std::uint32_t value) {
    for (int i = 0; i < 4; ++i)
      bytes[offset + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i));
  }

  fs::path folder_;
};

std::vector<float> read_all(AudioReader& reader, std::size_t block = 1000) {
  std::vector<float> all;
  std::vector<float> some;
  while (const std::size_t frames = reader.read(some, block)) {
    EXPECT_LE(frames, block);
    EXPECT_EQ(some.size(), frames * static_cast<std::size_t>(reader.channels()));
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(reader.read(some, block), 0U);
  return all;
}

// Message of the `input` error that opening and reading `path` gives.
std::string failure(const std::string& path, Decoder decoder = Decoder::sndfile) {
  try {
    const auto reader = open_audio(path, decoder);
    read_all(*reader);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input);
    return error.what();
  }
  return "no error";
}

#define EXPECT_CONTAINS(text, part) \
  EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

TEST_F(AudioReaderTest, ReadsPcmAtAllRatesAndChannelCounts) {
  for (const int rate : {8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000}) {
    for (const int channels : {1, 2, 6}) {
      const auto file =
          write_sound("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate, channels, 20000);
      const auto reader = open_audio(file);
      EXPECT_EQ(reader->sample_rate(), rate);
      EXPECT_EQ(reader->channels(), channels);
      const auto sound = read_all(*reader, 777);
      ASSERT_EQ(sound.size(), 20000U * static_cast<std::size_t>(channels));
      for (std::size_t i = 0; i < sound.size(); i += 101) {
        const auto width = static_cast<std::size_t>(channels);
        EXPECT_NEAR(sound[i], tone(i / width, static_cast<int>(i % width), rate), 4e-5);
      }
      EXPECT_EQ(reader->warning(), "");
    }
  }
}

struct Format {
  const char* name;
  int format;
  double tolerance;
};

const std::vector<Format> exact_formats = {
    {"u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1e-2},
    {"s24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1e-6},
    {"s32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 1e-6},
    {"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0},
    {"double.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 0},
    {"ulaw.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 3e-2},
    {"wavex.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 4e-5},
    {"rf64.wav", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 4e-5},
    {"rifx.wav", SF_ENDIAN_BIG | SF_FORMAT_WAV | SF_FORMAT_PCM_16, 4e-5},
    {"w64.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 4e-5},
    {"a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 4e-5},
    {"b.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1e-6},
    {"a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 4e-5},
    {"a.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 4e-5},
    {"a.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 4e-5}};

TEST_F(AudioReaderTest, ReadsUncompressedAndLosslessFormats) {
  for (const Format& format : exact_formats) {
    const auto reader = open_audio(write_sound(format.name, format.format, 16000, 2));
    const auto sound = read_all(*reader);
    ASSERT_EQ(sound.size(), 16000U) << format.name;
    for (std::size_t i = 0; i < sound.size(); i += 17) {
      ASSERT_NEAR(sound[i], tone(i / 2, static_cast<int>(i % 2), 16000), format.tolerance)
          << format.name;
    }
    EXPECT_EQ(reader->warning(), "") << format.name;
  }
}

TEST_F(AudioReaderTest, ReadsLossyFormats) {
  for (const Format& format :
       std::vector<Format>{{"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0},
                           {"a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 0},
                           {"a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0}}) {
    const auto reader = open_audio(write_sound(format.name, format.format, 48000, 2, 48000));
    EXPECT_EQ(reader->sample_rate(), 48000);
    EXPECT_EQ(reader->channels(), 2);
    const auto sound = read_all(*reader);
    EXPECT_NEAR(static_cast<double>(sound.size()) / 2, 48000, 2500) << format.name;
    double squares = 0;
    for (const float value : sound) squares += static_cast<double>(value) * value;
    // A sine of amplitude 0.5: the scale must be that of [-1, 1].
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(sound.size())), 0.3536, 0.02)
        << format.name;
  }
}

TEST_F(AudioReaderTest, ContentDecidesNotTheName) {
  const auto file = write_sound("a.flac", SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  EXPECT_EQ(read_all(*open_audio(file)).size(), 8000U);
  fs::rename(file, path("no suffix"));
  EXPECT_EQ(read_all(*open_audio(path("no suffix"))).size(), 8000U);
}

TEST_F(AudioReaderTest, BlockSizeDoesNotChangeTheSound) {
  const auto file = write_sound("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2, 60000);
  const auto whole = read_all(*open_audio(file), 1000000);
  for (const std::size_t block : {1U, 4096U, 16384U, 20000U}) {
    EXPECT_TRUE(read_all(*open_audio(file), block) == whole) << block;
  }
}

TEST_F(AudioReaderTest, TakesPathsOutsideAsciiAndFileUris) {
  const auto file = write_sound("Größe 音 100%.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  EXPECT_EQ(read_all(*open_audio(file)).size(), 8000U);
  const std::string uri =
      "file://" + folder_.string() + "/Gr%C3%B6%C3%9Fe%20%e9%9F%b3%20100%25.wav";
  EXPECT_EQ(read_all(*open_audio(uri)).size(), 8000U);
  EXPECT_EQ(read_all(*open_audio("file://localhost" + uri.substr(7))).size(), 8000U);
}

TEST_F(AudioReaderTest, RefusesBrokenFileUris) {
  EXPECT_CONTAINS(failure("file:///a%2"), "not a valid URI");
  EXPECT_CONTAINS(failure("file:///a%zz"), "not a valid URI");
  EXPECT_CONTAINS(failure("file:///a%00b"), "not a valid URI");
  EXPECT_CONTAINS(failure("file://otherhost/a.wav"), "does not name a file of this host");
}

TEST_F(AudioReaderTest, NamesTheProblemOfFilesThatCannotBeRead) {
  for (const Decoder decoder : {Decoder::automatic, Decoder::sndfile, Decoder::gstreamer}) {
    EXPECT_EQ(failure(path("none.wav"), decoder), "no such file: '" + path("none.wav") + "'");
    EXPECT_CONTAINS(failure(folder_.string(), decoder), "is a folder, not an audio file");
    EXPECT_CONTAINS(failure(write_bytes("empty.wav", ""), decoder), "the file is empty");
    EXPECT_CONTAINS(failure("/dev/null", decoder), "is not a regular file");
    EXPECT_CONTAINS(failure("", decoder), "empty");
  }
}

TEST_F(AudioReaderTest, NamesMissingPermission) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read every file";
  const auto file = write_sound("secret.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  chmod(file.c_str(), 0);
  EXPECT_CONTAINS(failure(file, Decoder::automatic), "Permission denied");
}

TEST_F(AudioReaderTest, SaysWhatAFileIsThatIsNotAudio) {
  for (const Decoder decoder : {Decoder::automatic, Decoder::sndfile}) {
    EXPECT_CONTAINS(failure(write_bytes("a.wav", "These are words.\n"), decoder),
                    "is not an audio file: it is text");
    EXPECT_CONTAINS(failure(write_bytes("b.wav", "Wörter\n"), decoder), "it is text");
    EXPECT_CONTAINS(failure(write_bytes("c.mp3", "\x89PNG\r\n\x1a\n123"), decoder),
                    "it is a PNG picture");
    EXPECT_CONTAINS(failure(write_bytes("d.ogg", std::string("PK\x03\x04\0\0\0", 7)), decoder),
                    "it is a ZIP archive");
  }
  EXPECT_CONTAINS(failure(write_bytes("e.wav", std::string(100, '\x01'))), "is not an audio file");
}

TEST_F(AudioReaderTest, RefusesFilesWithoutSound) {
  for (const Format& format : {Format{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0},
                               Format{"b.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0},
                               Format{"a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 0}}) {
    const auto file = write_sound(format.name, format.format, 16000, 1, 0);
    EXPECT_CONTAINS(failure(file, Decoder::sndfile), "holds no sound");
  }
}

TEST_F(AudioReaderTest, ClosedWavWithoutSoundIsNotReadPastItsData) {
  // Without care the chunk after an empty data chunk would be taken for sound.
  std::string bytes = bytes_of(write_sound("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, 0));
  bytes += std::string("LIST\x10\0\0\0INFOISFT\x04\0\0\0abc\0", 24);
  put(bytes, 4, static_cast<std::uint32_t>(bytes.size() - 8));
  EXPECT_CONTAINS(failure(write_bytes("b.wav", bytes)), "holds no sound");
}

TEST_F(AudioReaderTest, TruncatedWavGivesWhatIsThereAndAWarning) {
  for (const Format& format : {Format{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0},
                               Format{"b.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 0},
                               Format{"c.wav", SF_FORMAT_RF64 | SF_FORMAT_FLOAT, 0}}) {
    const auto file = write_sound(format.name, format.format, 16000, 2, 40000);
    fs::resize_file(file, fs::file_size(file) -
                              10000 * 2 *
                                  (format.name[0] == 'a'   ? 2
                                   : format.name[0] == 'b' ? 3
                                                           : 4) -
                              1);
    const auto reader = open_audio(file);
    EXPECT_EQ(read_all(*reader).size(), 29999U * 2) << format.name;
    EXPECT_EQ(reader->warning(), "truncated: header promises 40000 samples, 29999 present")
        << format.name;
  }
}

TEST_F(AudioReaderTest, WavCutRightAfterItsHeaderHoldsNoSound) {
  const auto file = write_sound("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  fs::resize_file(file, 44);
  EXPECT_CONTAINS(failure(file), "holds no sound: truncated, its header promises 8000 samples");
}

TEST_F(AudioReaderTest, StreamingHeadersAreNotTruncated) {
  const std::string bytes = bytes_of(write_sound("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16));
  ASSERT_EQ(bytes.substr(36, 4), "data");
  for (const std::uint32_t size : {0U, 0xFFFFFFFFU, 0xFFFFFFFFU - 36, 0x7FFFF000U, 0x80000000U}) {
    std::string stream = bytes;
    put(stream, 4, size == 0 ? 0 : 0xFFFFFFFFU);
    put(stream, 40, size);
    const auto reader = open_audio(write_bytes("b.wav", stream));
    EXPECT_EQ(read_all(*reader).size(), 8000U) << size;
    EXPECT_EQ(reader->warning(), "") << size;
  }
}

TEST_F(AudioReaderTest, ChunksAfterTheSoundAreNotSound) {
  std::string bytes = bytes_of(write_sound("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16));
  bytes += std::string("LIST\x04\0\0\0INFO", 12);
  put(bytes, 4, static_cast<std::uint32_t>(bytes.size() - 8));
  const auto reader = open_audio(write_bytes("b.wav", bytes));
  EXPECT_EQ(read_all(*reader).size(), 8000U);
  EXPECT_EQ(reader->warning(), "");
}

TEST_F(AudioReaderTest, DamageInTheMiddleOfFlacIsAnError) {
  std::string bytes =
      bytes_of(write_sound("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 2, 400000));
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 2000; ++i) bytes[i] = '\x55';
  const std::string message = failure(write_bytes("b.flac", bytes));
  EXPECT_CONTAINS(message, "is damaged near ");
}

TEST_F(AudioReaderTest, TruncatedFlacIsNotSilent) {
  const auto file = write_sound("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 1, 400000);
  fs::resize_file(file, fs::file_size(file) / 2);
  try {
    const auto reader = open_audio(file);
    EXPECT_LT(read_all(*reader).size(), 400000U);
    EXPECT_CONTAINS(reader->warning(), "truncated: header promises 400000 samples");
  } catch (const Error& error) {
    EXPECT_CONTAINS(error.what(), "is damaged near ");
  }
}

TEST_F(AudioReaderTest, CutHeadersAreErrors) {
  for (const Format& format : exact_formats) {
    const std::string bytes = bytes_of(write_sound(format.name, format.format));
    if (bytes.substr(0, 4) == ".snd") continue;  // its header has only 24 bytes
    for (const std::size_t size : {1U, 4U, 12U, 20U, 37U, 41U}) {
      EXPECT_NE(failure(write_bytes("cut", bytes.substr(0, size))), "no error")
          << format.name << ' ' << size;
    }
  }
}

TEST_F(AudioReaderTest, LibsndfileReadsNoUris) {
  EXPECT_CONTAINS(failure("http://localhost/a.wav"), "libsndfile reads no URIs");
}

TEST_F(AudioReaderTest, HugeBlockSizesAreFine) {
  const auto reader = open_audio(write_sound("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16));
  std::vector<float> sound;
  EXPECT_EQ(reader->read(sound, static_cast<std::size_t>(-1)), 8000U);
}

TEST(Content, IsJudgedByItsFirstBytes) {
  EXPECT_EQ(identify(std::string_view("RIFF\0\0\0\0WAVEfmt ", 16)).content, Content::wav);
  EXPECT_EQ(identify(std::string_view("RIFF\0\0\0\0AVI LIST", 16)).content, Content::unknown);
  EXPECT_EQ(identify("fLaC").content, Content::flac);
  EXPECT_EQ(identify("OggS").content, Content::ogg);
  EXPECT_EQ(identify("ID3").content, Content::mpeg);
  EXPECT_EQ(identify("\xFF\xFB\x90\x64").content, Content::mpeg);
  EXPECT_EQ(identify("\xFF\xF1\x50\x80").content, Content::unknown);  // AAC in ADTS
  EXPECT_EQ(identify(std::string_view("\0\0\0\x20"
                                      "ftypM4A ",
                                      12))
                .content,
            Content::unknown);
  EXPECT_EQ(identify("label,score\n").content, Content::text);
  EXPECT_EQ(identify(std::string_view("label\0score", 11)).content, Content::unknown);
}

}  // namespace
}  // namespace melgraph
