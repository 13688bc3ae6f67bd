# the tests of cli/; included by tests/local.mk
check_PROGRAMS += tests/cli/generate tests/cli/sweep
tests_cli_generate_SOURCES = tests/cli/generate.c
tests_cli_generate_LDADD = libengine.la
tests_cli_sweep_SOURCES = tests/cli/sweep.c
tests_cli_sweep_LDADD = libengine.la
CLI_TESTS = \
	tests/cli/hostile.sh \
	tests/cli/listing.sh \
	tests/cli/man.sh \
	tests/cli/names.sh \
	tests/cli/odd_captures.sh \
	tests/cli/random.sh \
	tests/cli/refusals.sh \
	tests/cli/replay.sh \
	tests/cli/sweep.sh \
	tests/cli/test.sh \
	tests/cli/trace.sh \
	tests/cli/usage.sh
EXTRA_DIST += $(CLI_TESTS) tests/cli/json_equal.py \
	tests/cli/odd_captures.py \
	tests/cli/refusals.txt tests/cli/sweep.grammar tests/cli/sweep.fixed \
	tests/cli/wild tests/cli/names.places tests/cli/names.words
TESTS += $(CLI_TESTS)
AM_TESTS_ENVIRONMENT += NFTVM_BUILD='$(abs_top_builddir)'; export NFTVM_BUILD;
