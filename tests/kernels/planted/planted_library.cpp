// A library with one function, to be found and opened.
extern "C" int planted_answer() { return 42; }
