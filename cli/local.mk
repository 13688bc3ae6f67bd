# the files of cli/; included by Makefile.am
nftvm_SOURCES += cli/main.c cli/cli.h cli/cmd.def \
	cli/check.c \
	cli/compile.c \
	cli/list.c \
	cli/option.c cli/option.def \
	cli/out.c \
	cli/replay.c \
	cli/ruleset.c cli/ruleset.h \
	cli/usage.c
