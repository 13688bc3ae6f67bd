# libFuzzer targets: one file per entry point; included by tests/local.mk
if FUZZING
FUZZ_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
noinst_PROGRAMS += tests/fuzz/parse tests/fuzz/decode tests/fuzz/host
tests_fuzz_parse_SOURCES = tests/fuzz/parse.c
tests_fuzz_parse_LDADD = libengine.la
tests_fuzz_parse_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_decode_SOURCES = tests/fuzz/decode.c
tests_fuzz_decode_LDADD = libengine.la
tests_fuzz_decode_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_host_SOURCES = tests/fuzz/host.c
tests_fuzz_host_LDADD = libengine.la
tests_fuzz_host_LDFLAGS = $(FUZZ_LDFLAGS)
endif
EXTRA_DIST += tests/fuzz/run.sh
