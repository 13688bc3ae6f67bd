# the tests of vm/; included by tests/local.mk
check_PROGRAMS += tests/vm/test
TESTS += tests/vm/test
tests_vm_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_vm_test_LDADD = $(TEST_LIBS)
tests_vm_test_SOURCES = \
	tests/vm/fixture.c tests/vm/fixture.h \
	tests/vm/flat.c \
	tests/vm/generate.c tests/vm/generate.h \
	tests/vm/policy.c \
	tests/vm/run.c
