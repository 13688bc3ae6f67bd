# the files of path/; included by Makefile.am
