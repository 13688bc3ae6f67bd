# the files of api/; included by Makefile.am. They are part of libengine, so
# that the program has them; libnftvm shows nftvm_* alone.
libengine_la_SOURCES += \
	api/engine.c api/engine.h \
	api/env.c \
	api/list.c \
	api/load.c \
	api/netlink.c api/netlink.h \
	api/netlink_sets.c \
	api/sysctl.c api/sysctl.h \
	api/version.c
