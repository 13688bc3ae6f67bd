# the files of ct/; included by Makefile.am
