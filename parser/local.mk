# the files of parser/; included by Makefile.am
