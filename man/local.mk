# the files of man/; included by Makefile.am
