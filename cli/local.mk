# the files of cli/; included by Makefile.am
nftvm_SOURCES += cli/main.c
