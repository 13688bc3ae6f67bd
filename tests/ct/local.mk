# the tests of ct/; included by tests/local.mk
check_PROGRAMS += tests/ct/test
TESTS += tests/ct/test
tests_ct_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ct_test_LDADD = $(TEST_LIBS)
tests_ct_test_SOURCES = \
	tests/ct/wire.c tests/ct/wire.h \
	tests/ct/print.c

# the kernel as judge; skipped without the rights for a namespace
check_PROGRAMS += tests/ct/twin
TESTS += tests/ct/twin
tests_ct_twin_LDADD = libengine.la
tests_ct_twin_SOURCES = \
	tests/ct/twin.c \
	tests/ct/wire.c tests/ct/wire.h
