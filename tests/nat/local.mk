# the tests of nat/; included by tests/local.mk
check_PROGRAMS += tests/nat/test
TESTS += tests/nat/test
tests_nat_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_nat_test_LDADD = $(TEST_LIBS)
tests_nat_test_SOURCES = \
	tests/ct/wire.c tests/ct/wire.h \
	tests/nat/apply.c \
	tests/nat/follow.c \
	tests/nat/lab.h \
	tests/nat/manip.c \
	tests/nat/setup.c \
	tests/nat/unique.c

check_PROGRAMS += tests/nat/threads
TESTS += tests/nat/threads
tests_nat_threads_LDADD = libengine.la -lpthread
tests_nat_threads_SOURCES = \
	tests/ct/wire.c tests/ct/wire.h \
	tests/nat/lab.h \
	tests/nat/threads.c
