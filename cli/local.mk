# the files of cli/; included by Makefile.am
nftvm_SOURCES += cli/main.c cli/cli.h cli/cmd.def \
	cli/box.c cli/box.h cli/check.c \
	cli/compile.c \
	cli/list.c \
	cli/option.c cli/option.def \
	cli/out.c \
	cli/replay.c cli/test.c cli/trace.c \
	cli/ruleset.c cli/ruleset.h \
	cli/usage.c
