# the tests of packet/; included by tests/local.mk
check_PROGRAMS += tests/packet/test
TESTS += tests/packet/test
tests_packet_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_packet_test_LDADD = $(TEST_LIBS)
tests_packet_test_SOURCES = \
	tests/packet/csum.c \
	tests/packet/frag.c \
	tests/packet/frag_out.c \
	tests/packet/ip6opt.c \
	tests/packet/logline.c \
	tests/packet/netns.h \
	tests/packet/packet.c \
	tests/packet/replace.c
