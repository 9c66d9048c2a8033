// The main() of a program of Google Benchmark whose benchmarks are registered when it runs.
#pragma once

#include <benchmark/benchmark.h>

namespace rapport {

inline int benchmark_main(int argc, char** argv, void (*register_benchmarks)()) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace rapport
