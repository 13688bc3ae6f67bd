# the tests of ruleset/; included by tests/local.mk
check_PROGRAMS += tests/ruleset/test
TESTS += tests/ruleset/test
tests_ruleset_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ruleset_test_LDADD = $(TEST_LIBS)
tests_ruleset_test_SOURCES = \
	tests/ruleset/chain.c \
	tests/ruleset/elems.c tests/ruleset/flowtable.c \
	tests/ruleset/fixture.c tests/ruleset/fixture.h \
	tests/ruleset/handles.c \
	tests/ruleset/list.c \
	tests/ruleset/list_set.c \
	tests/ruleset/object.c tests/ruleset/rule.c \
	tests/ruleset/ruleset.c \
	tests/ruleset/set.c \
	tests/ruleset/setelem.c \
	tests/ruleset/table.c
