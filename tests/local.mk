# the files of tests/; included by Makefile.am
#
# Unit tests: one binary per folder, tests/FOLDER/... mirrors FOLDER/... ; each
# folder adds its own lines in tests/FOLDER/local.mk.
if HAVE_CRITERION
TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
TEST_LIBS = libengine.la $(CRITERION_LIBS)
include tests/base/local.mk
include tests/packet/local.mk
include tests/host/local.mk
include tests/parser/local.mk
include tests/ruleset/local.mk
include tests/ct/local.mk
include tests/nat/local.mk
include tests/vm/local.mk
include tests/path/local.mk
include tests/lab/local.mk
endif
include tests/kernel/local.mk
include tests/cli/local.mk
include tests/fuzz/local.mk
