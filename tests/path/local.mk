# the tests of path/; included by tests/local.mk
check_PROGRAMS += tests/path/test
TESTS += tests/path/test
tests_path_test_CPPFLAGS = $(TEST_CPPFLAGS) -I$(srcdir)/tests/path
tests_path_test_LDADD = $(TEST_LIBS)
tests_path_test_SOURCES = \
	tests/path/capfile.h \
	tests/path/capture.c \
	tests/path/capture_write.c \
	tests/path/frames.h \
	tests/path/linktype.c \
	tests/path/linktype/en10mb.c \
	tests/path/linktype/ip.c \
	tests/path/linktype/linux_sll.c \
	tests/path/linktype/linux_sll2.c \
	tests/path/linktype/nflog.c \
	tests/path/linktype/null.c \
	tests/path/linktype/ppp.c \
	tests/path/linktype/raw.c \
	tests/path/hooks.c tests/path/limit.c tests/path/names.c \
	tests/path/nat.c tests/path/options.c tests/path/path.c \
	tests/path/route.c tests/path/steps.c \
	tests/path/world.c tests/path/world.h \
	tests/path/source_pcap.c \
	tests/path/source_pcapng.c
