# the files of packet/; included by Makefile.am
