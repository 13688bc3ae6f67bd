# the files of api/; included by Makefile.am
libnftvm_la_SOURCES += api/version.c
