# the kernel twin; included by tests/local.mk
check_PROGRAMS += tests/kernel/twin
tests_kernel_twin_CPPFLAGS = $(AM_CPPFLAGS)
tests_kernel_twin_LDADD = libengine.la
tests_kernel_twin_SOURCES = \
	tests/kernel/bytecode.c tests/kernel/bytecode.h \
	tests/kernel/bytecode_internal.h \
	tests/kernel/bytecode_run.c \
	tests/kernel/capture.c tests/kernel/capture.h \
	tests/kernel/compare.c tests/kernel/compare.h \
	tests/kernel/counters.c tests/kernel/counters.h \
	tests/kernel/coverage.c tests/kernel/coverage.h \
	tests/kernel/drawn.c tests/kernel/drawn.h \
	tests/kernel/engine.c tests/kernel/engine.h \
	tests/kernel/gen.c tests/kernel/gen.h \
	tests/kernel/gen_aim.c \
	tests/kernel/gen_host.c \
	tests/kernel/gen_match.c tests/kernel/gen_match.h \
	tests/kernel/gen_nat.c \
	tests/kernel/gen_packets.c \
	tests/kernel/gen_rules.c \
	tests/kernel/kernel.c tests/kernel/kernel.h \
	tests/kernel/kind.def \
	tests/kernel/main.c \
	tests/kernel/netns.c tests/kernel/netns.h \
	tests/kernel/packet_key.def \
	tests/kernel/packet_text.c tests/kernel/packet_text.h \
	tests/kernel/process.c tests/kernel/process.h \
	tests/kernel/recorded.c tests/kernel/recorded.h \
	tests/kernel/result.c tests/kernel/result.h \
	tests/kernel/scenario.c tests/kernel/scenario.h \
	tests/kernel/trace.c tests/kernel/trace.h
EXTRA_DIST += tests/kernel/README.md tests/kernel/run.sh tests/kernel/faults.sh \
	tests/kernel/scenarios tests/kernel/recorded tests/kernel/faults
