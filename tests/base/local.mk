# the tests of base/; included by tests/local.mk
check_PROGRAMS += tests/base/test
TESTS += tests/base/test
tests_base_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_LDADD = $(TEST_LIBS)
tests_base_test_SOURCES = tests/base/diag.c
