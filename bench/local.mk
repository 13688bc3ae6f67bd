# the files of bench/; included by Makefile.am
