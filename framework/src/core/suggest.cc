#include "core/suggest.h"

#include <algorithm>
#include <cstddef>

namespace melgraph {

namespace {

std::string to_lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string suggest(const std::string& wrong, const std::vector<std::string>& candidates) {
  constexpr std::size_t longest = 200;  // beyond it nobody mistyped a name
  if (wrong.size() > longest) return {};
  const std::string typed = to_lower(wrong);

  const std::size_t limit = std::max<std::size_t>(1, wrong.size() / 3);
  std::size_t nearest = limit + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    const std::size_t larger = std::max(candidate.size(), wrong.size());
    if (larger - std::min(candidate.size(), wrong.size()) > limit) continue;
    const std::size_t distance = edit_distance(typed, to_lower(candidate));
    // A name of one letter is one edit from any other; nothing of it must be left.
    if (distance < nearest && distance < wrong.size()) {
      nearest = distance;
      best = candidate;
    }
  }
  if (!best.empty()) return best;

  std::size_t longest_prefix = 2;
  for (const std::string& candidate : candidates) {
    const std::string name = to_lower(candidate);
    const auto differ = std::mismatch(typed.begin(), typed.end(), name.begin(), name.end());
    const auto prefix = static_cast<std::size_t>(differ.first - typed.begin());
    if (prefix > longest_prefix) {
      longest_prefix = prefix;
      best = candidate;
    }
  }
  return best;
}

}  // namespace melgraph
