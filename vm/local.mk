# the files of vm/; included by Makefile.am
