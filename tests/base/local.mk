# the tests of base/; included by tests/local.mk
check_PROGRAMS += tests/base/test
TESTS += tests/base/test
tests_base_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_LDADD = $(TEST_LIBS)
tests_base_test_SOURCES = \
	tests/base/alloc.c tests/base/arena.c tests/base/diag.c \
	tests/base/elem_batch.c tests/base/hash.c tests/base/json_text.c tests/base/reason.c \
	tests/base/rng.c tests/base/strbuf.c tests/base/strmap.c
