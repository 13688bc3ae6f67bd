# the files of host/; included by Makefile.am
libengine_la_SOURCES += \
	host/addr.c \
	host/fib.c host/fib.h \
	host/file.c host/file.h \
	host/file_link.c \
	host/file_route.c \
	host/host.c host/host.h \
	host/infer.c \
	host/internal.h \
	host/link_sysctl.def \
	host/linktype.def \
	host/route.c \
	host/sysctl.def \
	host/trie4.c host/trie4.h \
	host/view4.c host/view4.h
