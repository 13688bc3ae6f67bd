# libFuzzer targets: one file per entry point; included by tests/local.mk
if FUZZING
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
noinst_PROGRAMS += tests/fuzz/parse
tests_fuzz_parse_SOURCES = tests/fuzz/parse.c
tests_fuzz_parse_LDADD = libengine.la
tests_fuzz_parse_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/decode
tests_fuzz_decode_SOURCES = tests/fuzz/decode.c
tests_fuzz_decode_LDADD = libengine.la
tests_fuzz_decode_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/host
tests_fuzz_host_SOURCES = tests/fuzz/host.c
tests_fuzz_host_LDADD = libengine.la
tests_fuzz_host_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/stream
tests_fuzz_stream_SOURCES = tests/fuzz/stream.c
tests_fuzz_stream_LDADD = libengine.la
tests_fuzz_stream_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/capture
tests_fuzz_capture_SOURCES = tests/fuzz/capture.c
tests_fuzz_capture_LDADD = libengine.la
tests_fuzz_capture_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/helpers
tests_fuzz_helpers_SOURCES = tests/fuzz/helpers.c tests/ct/wire.c tests/ct/wire.h
tests_fuzz_helpers_LDADD = libengine.la
tests_fuzz_helpers_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/packet
tests_fuzz_packet_SOURCES = tests/fuzz/packet.c
tests_fuzz_packet_LDADD = libengine.la
tests_fuzz_packet_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/rewrite
tests_fuzz_rewrite_SOURCES = tests/fuzz/rewrite.c
tests_fuzz_rewrite_LDADD = libengine.la
tests_fuzz_rewrite_LDFLAGS = $(FUZZ_LINK)
endif
EXTRA_DIST += tests/fuzz/run.sh tests/fuzz/packet.dict tests/fuzz/seeds
