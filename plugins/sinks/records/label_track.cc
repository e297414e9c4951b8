#include "label_track.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "melgraph/record_text.h"

namespace melgraph::sinks {

namespace {

/// Windows are whole numbers of samples, their times are not exact in binary.
constexpr double time_tolerance = 1e-6;

/// Tabs and line ends separate the fields of a track.
std::string plain_label(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return text;
}

std::string without_scheme(const std::string& file) {
  const std::size_t at = file.find("://");
  const bool uri = at != std::string::npos && at > 0 &&
                   std::all_of(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at),
                               [](unsigned char c) {
                                 return std::isalnum(c) || c == '+' || c == '-' || c == '.';
                               });
  if (!uri) return file;
  const std::string rest = file.substr(at + 3);
  return rest.substr(0, rest.find_first_of("?#"));
}

}  // namespace

void LabelTrack::add(double start, double end, const std::vector<std::string>& labels) {
  std::vector<Segment> fresh;
  std::vector<Segment*> continued;
  for (const std::string& label : labels) {
    const auto it = std::find_if(segments_.begin(), segments_.end(), [&](const Segment& segment) {
      return merge_ && segment.open && segment.label == label &&
             start <= segment.end + time_tolerance;
    });
    if (it == segments_.end()) {
      // Two classes may have one name.
      const bool twice = std::any_of(fresh.begin(), fresh.end(),
                                     [&](const Segment& other) { return other.label == label; });
      if (!twice) fresh.push_back({start, end, label, merge_});
    } else {
      it->end = std::max(it->end, end);
      continued.push_back(&*it);
    }
  }
  for (Segment& segment : segments_) {
    if (std::find(continued.begin(), continued.end(), &segment) == continued.end()) {
      segment.open = false;
    }
  }
  segments_.insert(segments_.end(), fresh.begin(), fresh.end());
}

std::string LabelTrack::take_rows(bool all) {
  std::string rows;
  while (!segments_.empty() && (all || !segments_.front().open)) {
    const Segment& segment = segments_.front();
    rows += number_text(segment.start) + '\t' + number_text(segment.end) + '\t' +
            plain_label(segment.label) + '\n';
    segments_.pop_front();
  }
  return rows;
}

std::string label_track_name(const std::string& file) {
  std::filesystem::path name;
  for (const std::filesystem::path& part : std::filesystem::path(without_scheme(file))) {
    if (part.empty() || part == "/" || part == "." || part == "..") continue;
    name /= part;
  }
  name.replace_extension();
  return name.empty() ? "input" : name.string();
}

}  // namespace melgraph::sinks
