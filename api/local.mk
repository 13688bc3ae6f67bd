# the files of api/; included by Makefile.am. They are part of libengine, so
# that the program has them; libnftvm shows nftvm_* alone.
libengine_la_SOURCES += api/version.c
libengine_la_SOURCES += api/sysctl.c api/sysctl.h
