# the tests of parser/; included by tests/local.mk
check_PROGRAMS += tests/parser/test
TESTS += tests/parser/test
tests_parser_test_CPPFLAGS = $(TEST_CPPFLAGS) \
	-DGOLDEN='"$(abs_top_srcdir)/tests/golden"'
tests_parser_test_LDADD = $(TEST_LIBS)
tests_parser_test_SOURCES = \
	tests/parser/nft.c tests/parser/nft.h tests/parser/rules.h \
	tests/parser/compare.c tests/parser/corpus.c tests/parser/golden.c \
	tests/parser/nat.c tests/parser/random.c tests/parser/sink.c
