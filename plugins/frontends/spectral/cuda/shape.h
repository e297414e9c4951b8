#pragma once

#include <type_traits>

#include "transform.h"

// The passes of a program, in their order: read from the program, or known to the compiler.

namespace melgraph_frontends::cuda {

template <int value>
using Constant = std::integral_constant<int, value>;

/// A transform of any passes.
struct AnyShape {
  static MELGRAPH_BOTH int points(const Program& program) { return program.points; }
  static MELGRAPH_BOTH bool packed(const Program& program) { return program.packed != 0; }

  template <class Visit>
  static MELGRAPH_BOTH void first(const Program& program, Visit visit) {
    const int radix = program.pass[0].radix;
    if (radix == 1) return visit(Constant<1>{});
    with_radix(radix, visit);
  }

  /// Call `visit(radix, done, twiddles)` for all passes but the first and the last.
  template <class Visit>
  static MELGRAPH_BOTH void middle(const Program& program, Visit visit) {
    for (int p = 1; p < program.passes - 1; ++p) {
      const Pass& pass = program.pass[p];
      with_radix(pass.radix, [&](auto radix) {
        visit(radix, Divisor{pass.done, pass.inverse}, program.twiddles + pass.twiddles);
      });
    }
  }

  template <class Visit>
  static MELGRAPH_BOTH void last(const Program& program, Visit visit) {
    const Pass& pass = program.pass[program.passes - 1];
    with_radix(pass.radix, [&](auto radix) {
      if constexpr (radix <= largest_last_radix) {
        visit(radix, Divisor{pass.done, pass.inverse}, program.twiddles + pass.twiddles);
      }
    });
  }

 private:
  template <class Visit>
  static MELGRAPH_BOTH void with_radix(int radix, Visit visit) {
    switch (radix) {
      case 2: return visit(Constant<2>{});
      case 3: return visit(Constant<3>{});
      case 4: return visit(Constant<4>{});
      case 5: return visit(Constant<5>{});
      case 7: return visit(Constant<7>{});
      case 8: return visit(Constant<8>{});
      case 9: return visit(Constant<9>{});
      default: return visit(Constant<16>{});
    }
  }
};

/// A transform of these passes, two at least and powers of two, of packed samples.
template <int... radices>
struct FixedShape {
  static constexpr int count = sizeof...(radices);

  static bool fits(const Program& program) {
    if (program.passes != count || program.packed == 0) return false;
    for (int p = 0; p < count; ++p) {
      if (program.pass[p].radix != radix_of(p)) return false;
    }
    return true;
  }

  static MELGRAPH_BOTH Constant<(radices * ...)> points(const Program&) { return {}; }
  static MELGRAPH_BOTH std::true_type packed(const Program&) { return {}; }

  template <class Visit>
  static MELGRAPH_BOTH void first(const Program&, Visit visit) {
    visit(Constant<radix_of(0)>{});
  }

  template <class Visit>
  static MELGRAPH_BOTH void middle(const Program& program, Visit visit) {
    unroll<count - 2>([&](auto p) { pass<p + 1>(program, visit); });
  }

  template <class Visit>
  static MELGRAPH_BOTH void last(const Program& program, Visit visit) {
    pass<count - 1>(program, visit);
  }

 private:
  static constexpr int radix_of(int pass) {
    const int list[] = {radices...};
    return list[pass];
  }
  static constexpr int done_before(int pass) {
    int done = 1;
    for (int p = 0; p < pass; ++p) done *= radix_of(p);
    return done;
  }
  template <int p, class Visit>
  static MELGRAPH_BOTH void pass(const Program& program, Visit visit) {
    visit(Constant<radix_of(p)>{}, Constant<done_before(p)>{},
          program.twiddles + program.pass[p].twiddles);
  }
};

// n_fft of 512, 1024 and 2048.
using Points256 = FixedShape<8, 8, 4>;
using Points512 = FixedShape<8, 8, 8>;
using Points1024 = FixedShape<16, 8, 8>;

}  // namespace melgraph_frontends::cuda
