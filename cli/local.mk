# the files of cli/; included by Makefile.am
nftvm_SOURCES += cli/replay.c \
	cli/main.c cli/cli.h cli/cmd.def \
	cli/option.c cli/option.def \
	cli/out.c \
	cli/usage.c
