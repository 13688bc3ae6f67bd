# the tests of host/; included by tests/local.mk
check_PROGRAMS += tests/host/test
TESTS += tests/host/test
tests_host_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_host_test_LDADD = $(TEST_LIBS)
tests_host_test_SOURCES = \
	tests/host/addr.c \
	tests/host/fib.c \
	tests/host/file.c \
	tests/host/file_link.c \
	tests/host/file_route.c \
	tests/host/host.c \
	tests/host/infer.c \
	tests/host/route.c \
	tests/host/text.h \
	tests/host/trie4.c \
	tests/host/view4.c
