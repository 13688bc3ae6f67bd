# the files of host/; included by Makefile.am
