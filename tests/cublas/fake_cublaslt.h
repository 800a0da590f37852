// How the library that stands in for cuBLASLt is told to misbehave.
#pragma once

enum class FakeMode { right, does_not_start, drops_a_term, writes_nothing };

extern "C" {
/// From the next call on.
void fake_cublaslt_behave(FakeMode as);
/// What its products so far would have taken: 1 ms each by algorithm 12, 3 ms by others.
double fake_cublaslt_seconds();
}
