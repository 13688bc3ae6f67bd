# the tests of ruleset/; included by tests/local.mk
check_PROGRAMS += tests/ruleset/test
TESTS += tests/ruleset/test
tests_ruleset_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ruleset_test_LDADD = $(TEST_LIBS)
tests_ruleset_test_SOURCES = \
	tests/ruleset/elems.c \
	tests/ruleset/handles.c \
	tests/ruleset/stmt.c
